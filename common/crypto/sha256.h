// SHA-256, of one string or of several as if joined. Thread-safe.
//
//   Digest leaf = Sha256({std::string_view("\0", 1), entry});
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "common/crypto/limits.h"

namespace nwd::crypto {

using Digest = std::array<uint8_t, kDigestSizeBytes>;

Digest Sha256(std::string_view bytes);
Digest Sha256(std::initializer_list<std::string_view> parts);

// The digest's bytes, valid as long as the digest is.
inline std::string_view View(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace nwd::crypto
