// The certificates an authority has revoked: an X.509 revocation list (CRL), signed by that authority, PEM. A file may
// hold one of each authority that is trusted.
//
// Only what it names is used. When the next one is due is not: a hub does not stop because its list was not written
// again, and certificates are short-lived.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nwd::tls {

// The serials (serial.h) that the lists in `crl_pem` revoke. INVALID_ARGUMENT, in words that follow a file's name,
// unless each is a readable list, signed by one of the authorities in `ca_pem`.
absl::StatusOr<std::vector<std::string>> ReadRevokedSerials(const std::string& crl_pem, const std::string& ca_pem);

}  // namespace nwd::tls
