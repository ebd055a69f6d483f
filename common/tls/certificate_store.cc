#include "common/tls/certificate_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/log/log.h"

namespace nwd::tls {
namespace {

std::string KeyAndChain(const CertificateFiles& files) { return absl::StrCat(files.chain_pem, "\n", files.key_pem); }

absl::Status InFolder(const std::string& folder, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("the certificates in ", folder, " cannot be used: ", status.message()));
}

}  // namespace

absl::StatusOr<std::shared_ptr<CertificateStore>> CertificateStore::Open(Options options) {
  absl::StatusOr<CertificateFiles> files = ReadCertificateFiles(options.folder);
  if (!files.ok()) return InFolder(options.folder, files.status());
  absl::StatusOr<CheckedCertificate> checked =
      CheckCertificateFiles(*files, options.trust_domain, options.clock->Now());
  if (!checked.ok()) return InFolder(options.folder, checked.status());
  NWD_ASSIGN_OR_RETURN(MemoryFile identity, MemoryFile::Create(KeyAndChain(*files)));
  NWD_ASSIGN_OR_RETURN(MemoryFile authorities, MemoryFile::Create(files->ca_pem));
  return std::shared_ptr<CertificateStore>(new CertificateStore(
      std::move(options), *std::move(files), *std::move(checked), std::move(identity), std::move(authorities)));
}

CertificateStore::CertificateStore(Options options, CertificateFiles files, CheckedCertificate checked,
                                   MemoryFile identity, MemoryFile authorities)
    : options_(std::move(options)),
      identity_(std::move(checked.identity)),
      in_use_(std::move(files)),
      facts_(std::move(checked.facts)),
      identity_file_(std::move(identity)),
      authorities_file_(std::move(authorities)),
      watcher_([this] { Watch(); }) {}

CertificateStore::~CertificateStore() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  watcher_.join();
  // A channel may outlive this object, and goes on reading the paths: their numbers must not come to mean other files.
  std::move(identity_file_).Keep();
  std::move(authorities_file_).Keep();
}

void CertificateStore::Watch() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&ending_), options_.check_interval)) return;
    }
    CheckNow().IgnoreError();  // has been said
  }
}

absl::Status CertificateStore::CheckNow() {
  absl::StatusOr<CertificateFiles> files = ReadCertificateFiles(options_.folder);
  absl::MutexLock lock(&mutex_);
  const absl::Status status = files.ok() ? Take(*std::move(files)) : files.status();
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
  if (files.ca_pem != in_use_.ca_pem) NWD_RETURN_IF_ERROR(authorities_file_.Replace(files.ca_pem));
  NWD_RETURN_IF_ERROR(identity_file_.Replace(KeyAndChain(files)));
  in_use_ = std::move(files);
  facts_ = std::move(checked.facts);
  last_refusal_ = absl::OkStatus();
  log::Line(log::Level::kInfo, "tls.reloaded")
      .Str("folder", options_.folder)
      .Str("serial", facts_.serial)
      .Str("not_after", absl::FormatTime(absl::RFC3339_sec, facts_.not_after, absl::UTCTimeZone()))
      .Emit();
  return absl::OkStatus();
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

std::string CertificateStore::identity_path() const {
  absl::MutexLock lock(&mutex_);
  return identity_file_.path();
}

std::string CertificateStore::authorities_path() const {
  absl::MutexLock lock(&mutex_);
  return authorities_file_.path();
}

}  // namespace nwd::tls
