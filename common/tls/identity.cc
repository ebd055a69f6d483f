#include "common/tls/identity.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/strings.h"

namespace nwd::tls {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr std::string_view kOrganisation = "org";
constexpr std::string_view kService = "service";
constexpr char kNoPath[] = "its SPIFFE id is neither /org/<slug> nor /service/<name>";
constexpr size_t kTrustDomainBytesMax = 255;

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string Uri(std::string_view trust_domain, std::string_view kind, std::string_view name) {
  std::string uri(kScheme);
  uri.append(trust_domain).append("/").append(kind).append("/").append(name);
  return uri;
}

absl::Status Refused(const std::string& why) {
  return absl::UnauthenticatedError("the certificate names no usable identity: " + why);
}

}  // namespace

std::string OrganisationUri(std::string_view trust_domain, std::string_view slug) {
  return Uri(trust_domain, kOrganisation, slug);
}
std::string ServiceUri(std::string_view trust_domain, std::string_view name) {
  return Uri(trust_domain, kService, name);
}
std::string Identity::Uri() const { return tls::Uri(trust_domain, is_service() ? kService : kOrganisation, name); }

bool IsIdentityName(std::string_view name) {
  return !name.empty() && name.size() <= kIdentityNameBytesMax && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsLowerOrDigit(c) || c == '-'; });
}

bool IsTrustDomain(std::string_view name) {
  return !name.empty() && name.size() <= kTrustDomainBytesMax && std::all_of(name.begin(), name.end(), [](char c) {
    return IsLowerOrDigit(c) || c == '-' || c == '.' || c == '_';
  });
}

std::string_view TrustDomainOf(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return "";
  const std::string_view rest = uri.substr(kScheme.size());
  return rest.substr(0, rest.find('/'));
}

absl::StatusOr<Identity> ParseIdentity(absl::Span<const std::string> uris, std::string_view trust_domain) {
  if (uris.empty()) return Refused("it has no URI name");
  if (uris.size() > 1) return Refused(absl::StrCat("it has ", uris.size(), " URI names, where exactly one is allowed"));
  const std::string_view uri = uris[0];
  if (!uri.starts_with(kScheme)) return Refused("its URI name is not a SPIFFE id");
  const std::string_view rest = uri.substr(kScheme.size());
  const std::string_view domain = TrustDomainOf(uri);
  if (domain != trust_domain) {
    return Refused(
        absl::StrCat("its trust domain is ", AbslView(domain), ", where ", AbslView(trust_domain), " is expected"));
  }
  if (domain.size() == rest.size()) return Refused(kNoPath);
  const std::string_view path = rest.substr(domain.size() + 1);
  const size_t slash = path.find('/');
  const std::string_view kind = path.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  if ((kind != kOrganisation && kind != kService) || !IsIdentityName(name)) {
    return Refused(kNoPath);
  }
  return Identity{.kind = kind == kService ? Identity::Kind::kService : Identity::Kind::kOrganisation,
                  .trust_domain = std::string(domain),
                  .name = std::string(name)};
}

}  // namespace nwd::tls
