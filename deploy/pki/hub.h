// The certificates of a whole hub under one folder:
//   <folder>/ca/{ca.crt,ca.key}   <folder>/service/<name>/{tls.crt,tls.key,ca.crt}
//   <folder>/org/<slug>/{tls.crt,tls.key,ca.crt}
// and, once a certificate has been revoked, ca.crl in each of them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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
  // What services' certificates are for besides the local host: names and addresses that clients dial.
  std::vector<std::string> dns = {};
  std::vector<std::string> ips = {};
};

// Makes the authority if the folder has none, and each certificate that is missing, unusable, revoked, about to end or
// lacks a name asked for; leaves the rest as they are. So it can be run again, to add an organisation or to renew: a
// new certificate of a service is for all that the old one was for. INVALID_ARGUMENT names a bad slug or host name;
// FAILED_PRECONDITION a folder that cannot be written, or that holds certificates of another trust domain.
absl::Status InitHub(const HubOptions& options);

// Revokes the certificates with these serials (written as anybody writes them), and those that now lie in the folders
// of `options.organisations` and `options.services`, which get new ones. Every list of the hub's folder then names them
// besides those it named before. The serials revoked now; NOT_FOUND where there is no authority, or no certificate in
// one of the folders; FAILED_PRECONDITION for the serial of a certificate that lies in the folder of a service which
// `options.services` does not name, and would be left with it.
absl::StatusOr<std::vector<std::string>> Revoke(const HubOptions& options, const std::vector<std::string>& serials);

std::string AuthorityFolder(const std::string& hub_folder);
std::string OrganisationFolder(const std::string& hub_folder, const std::string& slug);
std::string ServiceFolder(const std::string& hub_folder, const std::string& name);

}  // namespace nwd::pki
