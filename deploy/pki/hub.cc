#include "deploy/pki/hub.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/tls/certificate_files.h"
#include "common/tls/identity.h"
#include "deploy/pki/authority.h"
#include "deploy/pki/pem_files.h"

namespace nwd::pki {
namespace {

// X.509's upper bound for a common name.
constexpr size_t kCommonNameBytesMax = 64;

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

// Whether the folder holds this identity, under this authority, for long enough.
bool IsGood(const std::string& folder, const Request& request, const Authority& authority, const HubOptions& options) {
  const absl::StatusOr<tls::CertificateFiles> files = tls::ReadCertificateFiles(folder);
  if (!files.ok() || files->ca_pem != authority.certificate_pem()) return false;
  const absl::StatusOr<tls::CheckedCertificate> checked =
      tls::CheckCertificateFiles(*files, options.trust_domain, options.now);
  return checked.ok() && checked->facts.uris == request.uris &&
         checked->facts.not_after - options.now > std::min(kRenewBefore, options.lifetime / 2);
}

absl::Status EnsureIdentity(const std::string& folder, const Request& request, const Authority& authority,
                            const HubOptions& options) {
  if (IsGood(folder, request, authority, options)) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const Issued issued, authority.Issue(request));
  return WriteIdentity(folder, issued, authority.certificate_pem());
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
  NWD_ASSIGN_OR_RETURN(const Authority authority, ReadOrCreateAuthority(options));
  const absl::Time begin = options.now - kClockSkewAllowed, end = options.now + options.lifetime;
  for (const std::string& name : options.services) {
    const Request request = ForService(options.trust_domain, name, begin, end);
    NWD_RETURN_IF_ERROR(EnsureIdentity(ServiceFolder(options.folder, name), request, authority, options));
  }
  for (const std::string& slug : options.organisations) {
    const Request request = ForOrganisation(options.trust_domain, slug, begin, end);
    NWD_RETURN_IF_ERROR(EnsureIdentity(OrganisationFolder(options.folder, slug), request, authority, options));
  }
  return absl::OkStatus();
}

}  // namespace nwd::pki
