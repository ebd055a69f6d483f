// What a certificate says about itself. Parsing trusts nothing: whether the certificate is to be believed is decided
// elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nwd::tls {

struct CertificateFacts {
  std::vector<std::string> uris;  // URI subject alternative names, in the certificate's order
  std::vector<std::string> dns;   // host names it is also for; identity never comes from these
  std::vector<std::string> ips;   // addresses likewise, as inet_ntop writes them
  std::string serial;             // lower-case hexadecimal, no leading zeros: what revocation names
  absl::Time not_before;
  absl::Time not_after;
};

// Of the first certificate in `pem`. INVALID_ARGUMENT if there is none or it cannot be read. Costs some tens of
// microseconds: once a connection, not once a call.
absl::StatusOr<CertificateFacts> ParseCertificate(std::string_view pem);

}  // namespace nwd::tls
