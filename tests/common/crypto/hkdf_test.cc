#include "common/crypto/hkdf.h"

#include <gtest/gtest.h>

#include "tests/common/crypto/hex.h"

namespace nwd::crypto {
namespace {

TEST(Hkdf, AgreesWithRfc5869) {
  const std::string root(22, '\x0b');
  EXPECT_EQ(ToHex(Hkdf(root, FromHex("000102030405060708090a0b0c"), FromHex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
      << "test case 1";
  EXPECT_EQ(ToHex(Hkdf(root, "", "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
      << "test case 3";
}

TEST(Hkdf, ADerivedKeyIsTheFirst32Bytes) {
  EXPECT_EQ(ToHex(DeriveKey(std::string(22, '\x0b'), "")),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Hkdf, AnotherPurposeGivesAnotherKey) {
  const std::string root(32, 'k');
  EXPECT_EQ(DeriveKey(root, "one"), DeriveKey(root, "one"));
  EXPECT_NE(DeriveKey(root, "one"), DeriveKey(root, "two"));
  EXPECT_NE(DeriveKey(root, "one"), DeriveKey(std::string(32, 'l'), "one"));
}

}  // namespace
}  // namespace nwd::crypto
