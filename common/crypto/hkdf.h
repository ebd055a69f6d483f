// HKDF-SHA256 (RFC 5869): many keys from one, each bound to what it is for. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace nwd::crypto {

// `size_bytes` is at most 255 × 32. An empty salt is RFC 5869's default.
std::string Hkdf(std::string_view root, std::string_view salt, std::string_view info, size_t size_bytes);

// A 32-byte key from a root that is itself random. Two different `info` give unrelated keys.
std::string DeriveKey(std::string_view root, std::string_view info);

}  // namespace nwd::crypto
