#include "common/crypto/block.h"

#include <gtest/gtest.h>

#include <cstring>

#include "common/crypto/random.h"
#include "tests/common/crypto/hex.h"

namespace nwd::crypto {
namespace {

Block BlockOf(const std::string& bytes) {
  Block block;
  EXPECT_EQ(bytes.size(), block.size());
  std::memcpy(block.data(), bytes.data(), block.size());
  return block;
}

TEST(Block, AgreesWithFips197AppendixC3) {
  const BlockCipher cipher(FromHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
  const Block plain = BlockOf(FromHex("00112233445566778899aabbccddeeff"));
  const Block enciphered = BlockOf(FromHex("8ea2b7ca516745bfeafc49904b496089"));
  EXPECT_EQ(cipher.Encipher(plain), enciphered);
  EXPECT_EQ(cipher.Decipher(enciphered), plain);
}

TEST(Block, TurnsBackUnderItsOwnKeyOnly) {
  const BlockCipher one(RandomBytes(kKeySizeBytes));
  const BlockCipher two(RandomBytes(kKeySizeBytes));
  for (int i = 0; i < 100; ++i) {
    const Block plain = BlockOf(RandomBytes(kBlockSizeBytes));
    EXPECT_EQ(one.Decipher(one.Encipher(plain)), plain);
    EXPECT_NE(two.Decipher(one.Encipher(plain)), plain);
    EXPECT_EQ(one.Encipher(plain), one.Encipher(plain));
  }
}

}  // namespace
}  // namespace nwd::crypto
