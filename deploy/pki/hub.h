// The certificates of a whole hub under one folder:
//   <folder>/ca/{ca.crt,ca.key}   <folder>/service/<name>/{tls.crt,tls.key,ca.crt}
//   <folder>/org/<slug>/{tls.crt,tls.key,ca.crt}
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace nwd::pki {

inline constexpr absl::Duration kAuthorityLifetime = absl::Hours(24 * 3650);
inline constexpr absl::Duration kCertificateLifetime = absl::Hours(24 * 90);
inline constexpr absl::Duration kRenewBefore = absl::Hours(24 * 30);   // what ends sooner is issued anew
inline constexpr absl::Duration kClockSkewAllowed = absl::Minutes(5);  // certificates begin this much before now

struct HubOptions {
  std::string folder;
  std::string trust_domain;
  std::vector<std::string> organisations;  // slugs
  std::vector<std::string> services;       // "directory", …
  absl::Time now;
  absl::Duration lifetime = kCertificateLifetime;
};

// Makes the authority if the folder has none, and each certificate that is missing, unusable or about to end; leaves
// the rest as they are. So it can be run again, to add an organisation or to renew. INVALID_ARGUMENT names a bad slug;
// FAILED_PRECONDITION a folder that cannot be written.
absl::Status InitHub(const HubOptions& options);

std::string AuthorityFolder(const std::string& hub_folder);
std::string OrganisationFolder(const std::string& hub_folder, const std::string& slug);
std::string ServiceFolder(const std::string& hub_folder, const std::string& name);

}  // namespace nwd::pki
