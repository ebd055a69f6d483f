// Sealing: AES-256-GCM under a random nonce. What is sealed can be read only with the key, and only beside the same
// associated data; any change to either is noticed.
//
//   AeadKey key(RandomBytes(kKeySizeBytes));
//   std::string sealed = key.Seal(section, "person 7f3c… identity 4");
//   absl::StatusOr<std::string> section = key.Open(sealed, "person 7f3c… identity 4");
//
// Format: nonce (12 bytes) ‖ ciphertext (as long as the plaintext) ‖ tag (16 bytes).
//
// Limit: one key may seal at most 2^32 messages, because nonces are random 96-bit numbers (NIST SP 800-38D, 8.3: beyond
// it the chance that two messages share one exceeds 2^-32, and a shared nonce gives away both). A key per person never
// comes near; a key that serves a whole service (page tokens, wrapping) must be one that rotation replaces.
//
// Thread-safe: const calls may run at once. Move-only; the key is wiped on destruction. Each thread keeps a cipher
// context, which holds the expanded key of its last call until its next call or its end.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/limits.h"
#include "common/crypto/secret.h"

namespace nwd::crypto {

inline constexpr size_t kNonceSizeBytes = 12;
inline constexpr size_t kTagSizeBytes = 16;
inline constexpr size_t kSealOverheadBytes = kNonceSizeBytes + kTagSizeBytes;

class AeadKey {
 public:
  // `key` is exactly kKeySizeBytes long.
  explicit AeadKey(std::string_view key) : key_(key) {}

  // Never fails. `plaintext` and `associated_data` are at most kMaxMessageBytes long each.
  std::string Seal(std::string_view plaintext, std::string_view associated_data) const;

  // DATA_LOSS if `sealed` is not what Seal gave under this key and this associated data.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view associated_data) const;

 private:
  Secret key_;
};

}  // namespace nwd::crypto
