#include "deploy/pki/hub.h"

#include <arpa/inet.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/tls/certificate_files.h"
#include "common/tls/identity.h"
#include "common/tls/revocation_list.h"
#include "common/tls/serial.h"
#include "deploy/pki/authority.h"
#include "deploy/pki/pem_files.h"

namespace nwd::pki {
namespace {

// X.509's upper bound for a common name.
constexpr size_t kCommonNameBytesMax = 64;

constexpr size_t kHostNameBytesMax = 253, kHostLabelBytesMax = 63;

// "hub.example", "*.hub.example".
bool IsHostName(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > kHostNameBytesMax) return false;
  bool letters = false;  // else it is an address
  for (const absl::string_view label : absl::StrSplit(AbslView(name), '.')) {
    const bool good =
        !label.empty() && label.size() <= kHostLabelBytesMax && label.front() != '-' && label.back() != '-' &&
        std::all_of(label.begin(), label.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '-'; });
    if (!good) return false;
    letters =
        letters || std::any_of(label.begin(), label.end(), [](unsigned char c) { return absl::ascii_isalpha(c); });
  }
  return letters;
}

// An IP address as certificates are read (tls::CertificateFacts); empty for what is none.
std::string Canonical(const std::string& address) {
  char text[INET6_ADDRSTRLEN];
  in6_addr bytes;
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, address.c_str(), &bytes) == 1) return inet_ntop(family, &bytes, text, sizeof text);
  }
  return "";
}

absl::Status CheckNames(const HubOptions& options) {
  if (!tls::IsTrustDomain(options.trust_domain)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", options.trust_domain, "' is not a trust domain: lower-case letters, digits, '.', '-', '_'"));
  }
  for (const auto* names : {&options.organisations, &options.services}) {
    for (const std::string& name : *names) {
      if (!tls::IsIdentityName(name)) {
        return absl::InvalidArgumentError(
            absl::StrCat("'", name, "' is not a slug: lower-case letters, digits and inner hyphens, at most ",
                         tls::kIdentityNameBytesMax));
      }
    }
  }
  for (const std::string& name : options.dns) {
    if (!IsHostName(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", name, "' is not a host name: letters, digits, dots and inner hyphens; an address goes to --ip"));
    }
  }
  for (const std::string& address : options.ips) {
    if (Canonical(address).empty())
      return absl::InvalidArgumentError(absl::StrCat("'", address, "' is not an IP address"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Authority> ReadOrCreateAuthority(const HubOptions& options) {
  const std::string folder = AuthorityFolder(options.folder);
  absl::StatusOr<Authority> authority = ReadAuthority(folder);
  if (!absl::IsNotFound(authority.status())) return authority;
  NWD_ASSIGN_OR_RETURN(
      Authority created,
      Authority::Create(
          {.name = absl::StrCat("No Wrong Door authority for ", options.trust_domain).substr(0, kCommonNameBytesMax),
           .not_before = options.now - kClockSkewAllowed,
           .not_after = options.now + kAuthorityLifetime}));
  NWD_RETURN_IF_ERROR(WriteAuthority(folder, created));
  return created;
}

// What a hub is issued with: its authority and what that has revoked.
struct Issuer {
  Authority authority;
  std::vector<std::string> revoked;
  std::string list;  // that says so, PEM; empty where there is none
};

absl::StatusOr<std::vector<std::string>> RevokedIn(const std::string& hub_folder, const Authority& authority) {
  const std::string folder = AuthorityFolder(hub_folder);
  NWD_ASSIGN_OR_RETURN(const std::string list, ReadRevocationList(folder));
  if (list.empty()) return std::vector<std::string>();
  auto revoked = tls::ReadRevokedSerials(list, authority.certificate_pem());
  if (revoked.ok()) return revoked;
  return absl::FailedPreconditionError(
      absl::StrCat(folder, "/", tls::kRevocationFile, " ", revoked.status().message()));
}

bool Contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void AddMissing(const std::vector<std::string>& some, std::vector<std::string>& to) {
  for (const std::string& one : some) {
    if (!Contains(to, one)) to.push_back(one);
  }
}

bool ContainsAll(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  return std::all_of(some.begin(), some.end(), [&](const std::string& one) { return Contains(all, one); });
}

// Whether `files` are this identity, under this authority, for long enough.
bool IsGood(const tls::CertificateFiles& files, const Request& request, const Issuer& issuer,
            const HubOptions& options) {
  if (files.ca_pem != issuer.authority.certificate_pem()) return false;
  tls::CertificateFiles without_list = files;
  without_list.crl_pem.clear();  // a copy of the authority's own, which counts
  const absl::StatusOr<tls::CheckedCertificate> checked =
      tls::CheckCertificateFiles(without_list, options.trust_domain, options.now);
  return checked.ok() && checked->facts.uris == request.uris && ContainsAll(checked->facts.dns, request.dns) &&
         ContainsAll(checked->facts.ips, request.ips) && !Contains(issuer.revoked, checked->facts.serial) &&
         checked->facts.not_after - options.now > std::min(kRenewBefore, options.lifetime / 2);
}

absl::StatusOr<tls::CertificateFacts> FactsIn(const std::string& folder) {
  NWD_ASSIGN_OR_RETURN(const tls::CertificateFiles files, tls::ReadCertificateFiles(folder));
  auto facts = tls::ParseCertificate(files.chain_pem);
  if (facts.ok()) return facts;
  return absl::FailedPreconditionError(absl::StrCat(folder, "/", tls::kCertificateFile, " is not a PEM certificate"));
}

// All of a folder is of one trust domain: with another, a word forgotten would replace what is in use, or issue what
// nobody believes.
absl::Status CheckTrustDomain(const HubOptions& options) {
  for (const char* kind : {"/service", "/org"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(options.folder + kind, error)) {
      const absl::StatusOr<tls::CertificateFacts> facts = FactsIn(entry.path().string());
      if (!facts.ok() || facts->uris.size() != 1) continue;
      const std::string kept(tls::TrustDomainOf(facts->uris[0]));
      if (kept.empty() || kept == options.trust_domain) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("the certificates in ", options.folder, " are of the trust domain ", kept, ", not ",
                       options.trust_domain, "; give --trust-domain ", kept, ", or another --folder"));
    }
  }
  return absl::OkStatus();
}

absl::Status EnsureIdentity(const std::string& folder, Request request, const Issuer& issuer,
                            const HubOptions& options) {
  if (const absl::StatusOr<tls::CertificateFiles> files = tls::ReadCertificateFiles(folder); files.ok()) {
    if (const auto facts = tls::ParseCertificate(files->chain_pem); facts.ok()) {
      if (IsGood(*files, request, issuer, options)) return absl::OkStatus();
      AddMissing(facts->dns, request.dns);
      AddMissing(facts->ips, request.ips);
    }
  }
  NWD_ASSIGN_OR_RETURN(const Issued issued, issuer.authority.Issue(request));
  return WriteIdentity(folder, issued, issuer.authority.certificate_pem());
}

// A certificate, and the list that its holder judges others by.
absl::Status EnsureFolder(const std::string& folder, const Request& request, const Issuer& issuer,
                          const HubOptions& options) {
  NWD_RETURN_IF_ERROR(EnsureIdentity(folder, request, issuer, options));
  return issuer.list.empty() ? absl::OkStatus() : WriteRevocationList(folder, issuer.list);
}

// Every folder that has certificates, whatever their names.
absl::Status WriteRevocationLists(const std::string& hub_folder, const std::string& list) {
  for (const char* kind : {"/service", "/org"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(hub_folder + kind, error)) {
      if (entry.is_directory(error)) NWD_RETURN_IF_ERROR(WriteRevocationList(entry.path().string(), list));
    }
  }
  return absl::OkStatus();
}

// A service whose certificate is revoked where it lies is refused by all others and cannot start: only a revocation
// that issues it a new one is of use.
absl::Status CheckNoneIsInUse(const HubOptions& options, const std::vector<std::string>& serials) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options.folder + "/service", error)) {
    const std::string name = entry.path().filename().string();
    const absl::StatusOr<tls::CertificateFacts> facts = FactsIn(entry.path().string());
    if (!facts.ok() || !Contains(serials, facts->serial) || Contains(options.services, name)) continue;
    return absl::FailedPreconditionError(absl::StrCat("the certificate ", facts->serial, " is the one in ",
                                                      entry.path().string(), "; revoke it by --service ", name,
                                                      ", which issues another in its place"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string AuthorityFolder(const std::string& hub_folder) { return absl::StrCat(hub_folder, "/ca"); }
std::string OrganisationFolder(const std::string& hub_folder, const std::string& slug) {
  return absl::StrCat(hub_folder, "/org/", slug);
}
std::string ServiceFolder(const std::string& hub_folder, const std::string& name) {
  return absl::StrCat(hub_folder, "/service/", name);
}

absl::Status InitHub(const HubOptions& options) {
  NWD_RETURN_IF_ERROR(CheckNames(options));
  NWD_RETURN_IF_ERROR(CheckTrustDomain(options));
  NWD_ASSIGN_OR_RETURN(Authority authority, ReadOrCreateAuthority(options));
  NWD_ASSIGN_OR_RETURN(std::vector<std::string> revoked, RevokedIn(options.folder, authority));
  NWD_ASSIGN_OR_RETURN(std::string list, ReadRevocationList(AuthorityFolder(options.folder)));
  const Issuer issuer{.authority = std::move(authority), .revoked = std::move(revoked), .list = std::move(list)};
  const absl::Time begin = options.now - kClockSkewAllowed, end = options.now + options.lifetime;
  for (const std::string& name : options.services) {
    Request request = ForService(options.trust_domain, name, begin, end);
    AddMissing(options.dns, request.dns);
    std::vector<std::string> ips;
    for (const std::string& address : options.ips) ips.push_back(Canonical(address));
    AddMissing(ips, request.ips);
    NWD_RETURN_IF_ERROR(EnsureFolder(ServiceFolder(options.folder, name), request, issuer, options));
  }
  for (const std::string& slug : options.organisations) {
    const Request request = ForOrganisation(options.trust_domain, slug, begin, end);
    NWD_RETURN_IF_ERROR(EnsureFolder(OrganisationFolder(options.folder, slug), request, issuer, options));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Revoke(const HubOptions& options, const std::vector<std::string>& serials) {
  NWD_RETURN_IF_ERROR(CheckNames(options));
  NWD_RETURN_IF_ERROR(CheckTrustDomain(options));
  NWD_ASSIGN_OR_RETURN(const Authority authority, ReadAuthority(AuthorityFolder(options.folder)));
  std::vector<std::string> now;
  for (const std::string& text : serials) {
    now.push_back(tls::NormalisedSerial(text));
    if (now.back().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", text, "' is not a certificate's serial number, such as 6dba537963bc25ee8f0cc1eaeb9c8f07"));
    }
  }
  NWD_RETURN_IF_ERROR(CheckNoneIsInUse(options, now));
  std::vector<std::string> folders;
  for (const std::string& name : options.services) folders.push_back(ServiceFolder(options.folder, name));
  for (const std::string& slug : options.organisations) folders.push_back(OrganisationFolder(options.folder, slug));
  for (const std::string& folder : folders) {
    NWD_ASSIGN_OR_RETURN(const tls::CertificateFacts facts, FactsIn(folder));
    now.push_back(facts.serial);
  }
  NWD_ASSIGN_OR_RETURN(std::vector<std::string> all, RevokedIn(options.folder, authority));
  AddMissing(now, all);
  // The number says how many it names, so a later list has a higher one.
  NWD_ASSIGN_OR_RETURN(const std::string list,
                       authority.RevocationListPem(all, static_cast<int64_t>(all.size()), options.now));
  // New certificates first: a service that reads its folder in between shall not find its own revoked.
  NWD_RETURN_IF_ERROR(WriteRevocationList(AuthorityFolder(options.folder), list));
  NWD_RETURN_IF_ERROR(InitHub(options));
  NWD_RETURN_IF_ERROR(WriteRevocationLists(options.folder, list));
  return now;
}

}  // namespace nwd::pki
