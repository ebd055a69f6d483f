// Where certificates and keys lie on disk, and with what modes: keys 0600 in folders 0700, certificates 0644. Every
// file is written beside its place and renamed into it, so a reader sees all of the old or all of the new.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "deploy/pki/authority.h"

namespace nwd::pki {

// Writes tls.crt, tls.key and ca.crt into `folder`, made if need be: what common/tls reads. FAILED_PRECONDITION if it
// cannot be written.
absl::Status WriteIdentity(const std::string& folder, const Issued& issued, std::string_view ca_pem);

// Writes ca.crl into `folder`, which exists, for anybody to read.
absl::Status WriteRevocationList(const std::string& folder, std::string_view crl_pem);

// What ca.crl in `folder` holds; empty where there is none.
absl::StatusOr<std::string> ReadRevocationList(const std::string& folder);

// Writes ca.crt and ca.key into `folder`, made if need be.
absl::Status WriteAuthority(const std::string& folder, const Authority& authority);

// From what WriteAuthority wrote. NOT_FOUND if there is neither file.
absl::StatusOr<Authority> ReadAuthority(const std::string& folder);

}  // namespace nwd::pki
