// A person's key as it lies in the store of keys:
//
//   'P' person_id(16)  →  format(1 byte: 1) nonce(12) ‖ ciphertext(32) ‖ tag(16)
//
// AES-256-GCM under the wrapping key, with associated data "nwd person key" ‖ person_id(16), so that no one's
// key can be put in another's place.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/person_keys/person_keys.h"

namespace nwd::person_keys {

std::string WrappedKeyRow(const ids::Uuid& person_id);
// A fresh random key, wrapped.
std::string WrapNewKey(const crypto::AeadKey& wrapping_key, const ids::Uuid& person_id);
// DATA_LOSS where it does not open.
absl::StatusOr<PersonKey> Unwrap(const crypto::AeadKey& wrapping_key, const ids::Uuid& person_id,
                                 std::string_view wrapped);

}  // namespace nwd::person_keys
