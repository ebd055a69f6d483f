// A person's key as it lies in the store of keys, and what says which wrapping keys are in use there:
//
//   'P' person_id(16)  →  1 nonce(12) ‖ ciphertext(32) ‖ tag(16)              under the root's key, number 1
//                         2 number(4) nonce(12) ‖ ciphertext(32) ‖ tag(16)    under a later one
//   'W' number(8)      →  check(32)                                           keys lie here under this one
//
// AES-256-GCM under the wrapping key, with associated data "nwd person key" ‖ person_id(16), and in the second form
// ‖ number(4), so that no one's key can be put in another's place. Numbers are big-endian. Of number 1 there is no
// 'W': the data folder's mark stands for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/person_keys/person_keys.h"
#include "common/person_keys/wrapping_ring.h"

namespace nwd::person_keys {

std::string WrappedKeyRows();  // before all of them
std::string WrappedKeyRow(const ids::Uuid& person_id);
// Whose key lies in the row; nil where it is none.
ids::Uuid PersonOfRow(std::string_view row);

std::string WrappingKeyRows();
std::string WrappingKeyRow(uint32_t number);
// The number in such a row; 0 where it is none.
uint32_t NumberOfRow(std::string_view row);

// A key (32 bytes) under the newest of the ring.
std::string Wrap(const WrappingRing& ring, const ids::Uuid& person_id, std::string_view key);
// The number that a wrapped key names; 0 where it is none.
uint32_t WrappedUnder(std::string_view wrapped);
// DATA_LOSS where it does not open.
absl::StatusOr<PersonKey> Unwrap(const WrappingRing& ring, const ids::Uuid& person_id, std::string_view wrapped);
// The same key under the newest. DATA_LOSS where it does not open.
absl::StatusOr<std::string> Rewrap(const WrappingRing& ring, const ids::Uuid& person_id, std::string_view wrapped);

}  // namespace nwd::person_keys
