// Who a certificate says its holder is: exactly one SPIFFE URI,
//   spiffe://<trust-domain>/org/<slug>        an organisation
//   spiffe://<trust-domain>/service/<name>    one of our services
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace nwd::tls {

// Of a slug or a service's name: lower-case letters, digits and inner hyphens.
inline constexpr size_t kIdentityNameBytesMax = 63;

struct Identity {
  enum class Kind { kOrganisation, kService };

  Kind kind = Kind::kOrganisation;
  std::string trust_domain;
  std::string name;  // the organisation's slug, or the service's name

  std::string Uri() const;
  bool is_service() const { return kind == Kind::kService; }
  friend bool operator==(const Identity&, const Identity&) = default;
};

// "spiffe://<trust-domain>/org/<slug>", "spiffe://<trust-domain>/service/<name>".
std::string OrganisationUri(std::string_view trust_domain, std::string_view slug);
std::string ServiceUri(std::string_view trust_domain, std::string_view name);

bool IsIdentityName(std::string_view name);
bool IsTrustDomain(std::string_view name);

// Of "spiffe://<trust-domain>/…", for messages; empty for what is no SPIFFE id.
std::string_view TrustDomainOf(std::string_view uri);

// The identity in a certificate's URI names. UNAUTHENTICATED if there is none, if there are several, if it is of
// another trust domain (which the message names beside the one expected), or if it is not of the two forms above.
absl::StatusOr<Identity> ParseIdentity(absl::Span<const std::string> uris, std::string_view trust_domain);

}  // namespace nwd::tls
