#include "common/tls/certificate_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/log/log.h"

namespace nwd::tls {
namespace {

std::string KeyAndChain(const CertificateFiles& files) { return absl::StrCat(files.chain_pem, "\n", files.key_pem); }

absl::Status InFolder(const std::string& folder, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("the certificates in ", folder, " cannot be used: ", status.message()));
}

absl::Status WithAdvice(const absl::Status& status) {
  return absl::Status(
      status.code(),
      absl::StrCat(status.message(), "; name another folder or trust domain, or issue them again with nwd pki"));
}

absl::Status OwnRevoked(const CheckedCertificate& checked) {
  return absl::FailedPreconditionError(absl::StrCat(kCertificateFile, " (serial ", checked.facts.serial,
                                                    ") is revoked by ", kRevocationFile, "; issue a new one"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<CertificateStore>> CertificateStore::Open(Options options) {
  absl::StatusOr<CertificateFiles> files = ReadCertificateFiles(options.folder);
  if (!files.ok()) return InFolder(options.folder, WithAdvice(files.status()));
  absl::StatusOr<CheckedCertificate> checked =
      CheckCertificateFiles(*files, options.trust_domain, options.clock->Now());
  if (!checked.ok()) return InFolder(options.folder, WithAdvice(checked.status()));
  if (checked->IsRevoked()) return InFolder(options.folder, OwnRevoked(*checked));
  NWD_ASSIGN_OR_RETURN(MemoryFile identity, MemoryFile::Create(KeyAndChain(*files)));
  NWD_ASSIGN_OR_RETURN(MemoryFile authorities, MemoryFile::Create(files->ca_pem));
  return std::shared_ptr<CertificateStore>(new CertificateStore(
      std::move(options), *std::move(files), *std::move(checked), std::move(identity), std::move(authorities)));
}

CertificateStore::CertificateStore(Options options, CertificateFiles files, CheckedCertificate checked,
                                   MemoryFile identity, MemoryFile authorities)
    : options_(std::move(options)),
      identity_(checked.identity),
      in_use_(std::move(files)),
      facts_(checked.facts),
      identity_file_(std::move(identity)),
      authorities_file_(std::move(authorities)) {
  {
    absl::MutexLock lock(&mutex_);
    UseRevoked(checked.revoked_serials);
  }
  watcher_ = std::thread([this] { Watch(); });
}

CertificateStore::~CertificateStore() {
  between_looks_.End();
  watcher_.join();
  // A channel may outlive this object, and goes on reading the paths: their numbers must not come to mean other files.
  std::move(identity_file_).Keep();
  std::move(authorities_file_).Keep();
}

void CertificateStore::Watch() {
  while (!between_looks_.For(options_.check_interval)) CheckNow().IgnoreError();  // has been said
}

absl::Status CertificateStore::CheckNow() {
  absl::StatusOr<CertificateFiles> files = ReadCertificateFiles(options_.folder);
  absl::MutexLock lock(&mutex_);
  absl::Status status = files.ok() ? Take(*std::move(files)) : files.status();
  if (!status.ok()) Refuse(status);
  return status;
}

absl::Status CertificateStore::Take(CertificateFiles files) {
  if (files == in_use_) {
    last_refusal_ = absl::OkStatus();
    return absl::OkStatus();
  }
  NWD_ASSIGN_OR_RETURN(CheckedCertificate checked,
                       CheckCertificateFiles(files, options_.trust_domain, options_.clock->Now()));
  if (checked.identity != identity_) {
    return absl::FailedPreconditionError(
        absl::StrCat(kCertificateFile, " is for ", checked.identity.Uri(), ", but this process is ", identity_.Uri()));
  }
  NWD_RETURN_IF_ERROR(CheckListOnlyGrows(files, checked));
  if (checked.IsRevoked() && checked.facts.serial != facts_.serial) {
    // The list alone is taken: what was revoked meanwhile shall not wait for a good certificate.
    UseRevoked(checked.revoked_serials);
    in_use_.crl_pem = std::move(files.crl_pem);
    const absl::Status refused = OwnRevoked(checked);
    if (refused != last_refusal_) {
      SayOwnRevoked(checked.facts.serial, "it was not taken; put a certificate in its place that is not revoked");
    }
    return refused;
  }
  if (files.ca_pem != in_use_.ca_pem) NWD_RETURN_IF_ERROR(authorities_file_.Replace(files.ca_pem));
  NWD_RETURN_IF_ERROR(identity_file_.Replace(KeyAndChain(files)));
  in_use_ = std::move(files);
  UseRevoked(checked.revoked_serials);
  facts_ = checked.facts;
  last_refusal_ = absl::OkStatus();
  log::Line(log::Level::kInfo, "tls.reloaded")
      .Str("folder", options_.folder)
      .Str("serial", facts_.serial)
      .Int("revoked", static_cast<int64_t>(checked.revoked_serials.size()))
      .Str("not_after", absl::FormatTime(absl::RFC3339_sec, facts_.not_after, absl::UTCTimeZone()))
      .Emit();
  return absl::OkStatus();
}

absl::Status CertificateStore::CheckListOnlyGrows(const CertificateFiles& files,
                                                  const CheckedCertificate& checked) const {
  if (files.crl_pem.empty() && !in_use_.crl_pem.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(kRevocationFile, " is gone: put it back, or start again"));
  }
  const absl::flat_hash_set<std::string> named(checked.revoked_serials.begin(), checked.revoked_serials.end());
  for (const std::string& serial : revoked_) {
    if (named.contains(serial)) continue;
    return absl::FailedPreconditionError(absl::StrCat(kRevocationFile, " does not name ", serial,
                                                      ", which the list in use does: put the newer list in its place, "
                                                      "or start again"));
  }
  return absl::OkStatus();
}

void CertificateStore::UseRevoked(const std::vector<std::string>& named) {
  absl::flat_hash_set<std::string> serials(named.begin(), named.end());
  if (serials == revoked_) return;
  // The certificate in use until now counts, also where a new one comes with the list: connections that were made with
  // it are still open.
  if (serials.contains(facts_.serial)) {
    SayOwnRevoked(facts_.serial,
                  "put a new certificate in its place, then restart this program: what it is connected to still sees "
                  "the revoked one");
  }
  revoked_ = std::move(serials);
  any_revoked_.store(!revoked_.empty(), std::memory_order_release);
  if (options_.on_revoked) options_.on_revoked(named);
}

void CertificateStore::SayOwnRevoked(const std::string& serial, std::string_view advice) const {
  log::Line(log::Level::kError, "tls.own_certificate_revoked")
      .Str("folder", options_.folder)
      .Str("serial", serial)
      .Str("advice", advice)
      .Emit();
}

void CertificateStore::Refuse(const absl::Status& why) {
  if (why == last_refusal_) return;
  last_refusal_ = why;
  log::Line(log::Level::kError, "tls.reload_refused").Str("folder", options_.folder).Status(why).Emit();
}

CertificateFacts CertificateStore::facts() const {
  absl::MutexLock lock(&mutex_);
  return facts_;
}

bool CertificateStore::IsRevoked(std::string_view serial) const {
  if (!AnyRevoked()) return false;
  absl::MutexLock lock(&mutex_);
  return revoked_.contains(AbslView(serial));
}

std::string CertificateStore::identity_path() const {
  absl::MutexLock lock(&mutex_);
  return identity_file_.path();
}

std::string CertificateStore::authorities_path() const {
  absl::MutexLock lock(&mutex_);
  return authorities_file_.path();
}

}  // namespace nwd::tls
