// Sizes that the whole library shares, and its limits.
#pragma once

#include <cstddef>

namespace nwd::crypto {

inline constexpr size_t kKeySizeBytes = 32;          // AES-256, HMAC-SHA256, Ed25519 seeds and public keys, HKDF output
inline constexpr size_t kBlockSizeBytes = 16;        // one AES block
inline constexpr size_t kDigestSizeBytes = 32;       // SHA-256
inline constexpr size_t kSignatureSizeBytes = 64;    // Ed25519
inline constexpr size_t kMaxMessageBytes = 1 << 30;  // what one call may be given: OpenSSL counts in int

}  // namespace nwd::crypto
