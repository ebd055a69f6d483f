// HMAC-SHA256 under a kept key: keyed hashes of identifiers, and tags on tokens and cursors that only we can make.
//
//   HmacKey key(hub_key.Derive("consent page tokens"));
//   std::string tag = key.ComputeString(token);
//   if (!key.Verify(token, tag)) …
//
// Thread-safe: const calls may run at once. The key's two starting states are computed once, so a short message costs
// two compressions. Move-only; the states are wiped on destruction.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/crypto/sha256.h"

namespace nwd::crypto {

class HmacKey {
 public:
  // `key` may have any length (RFC 2104); ours are kKeySizeBytes long.
  explicit HmacKey(std::string_view key);
  HmacKey(HmacKey&&) noexcept;
  HmacKey& operator=(HmacKey&&) noexcept;
  ~HmacKey();

  Digest Compute(std::string_view message) const;
  std::string ComputeString(std::string_view message) const;

  // Whether `tag` is this message's, in a time that does not depend on where they differ.
  bool Verify(std::string_view message, std::string_view tag) const;

 private:
  struct States;
  std::unique_ptr<const States> states_;
};

// The same under a key that serves once: cheaper than to keep its states.
Digest HmacSha256(std::string_view key, std::string_view message);

// Whether two strings are equal, in a time that depends on their lengths only.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

}  // namespace nwd::crypto
