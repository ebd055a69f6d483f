// One AES-256 block: a keyed, reversible shuffle of all 128-bit numbers. This is how a person's id becomes the
// reference that one organisation sees: the same id always gives the same block, two keys give blocks that cannot be
// joined, and the key turns a block back. It is no way to encrypt data (equal blocks stay equal): use aead.h for that.
//
// Thread-safe; move-only; the key is wiped on destruction (see aead.h for what a thread's cipher context still holds).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/crypto/limits.h"
#include "common/crypto/secret.h"

namespace nwd::crypto {

using Block = std::array<uint8_t, kBlockSizeBytes>;

class BlockCipher {
 public:
  // `key` is exactly kKeySizeBytes long.
  explicit BlockCipher(std::string_view key) : key_(key) {}

  Block Encipher(const Block& plain) const;
  Block Decipher(const Block& enciphered) const;

 private:
  Secret key_;
};

}  // namespace nwd::crypto
