#include "common/crypto/sign.h"

#include <gtest/gtest.h>

#include "tests/common/crypto/hex.h"

namespace nwd::crypto {
namespace {

// RFC 8032, section 7.1, tests 1 to 3.
constexpr struct {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
} kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
     "55141"
     "438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
     "00d29"
     "1612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc"
     "027be"
     "ceea1ec40a"},
};

TEST(Sign, AgreesWithRfc8032) {
  for (const auto& vector : kVectors) {
    const std::optional<SigningKey> key = SigningKey::FromRaw(FromHex(vector.seed));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(ToHex(key->verifying_key().raw()), vector.public_key);
    EXPECT_EQ(ToHex(key->Sign(FromHex(vector.message))), vector.signature);
    const std::optional<VerifyingKey> verifying = VerifyingKey::FromRaw(FromHex(vector.public_key));
    ASSERT_TRUE(verifying.has_value());
    EXPECT_TRUE(verifying->Verify(FromHex(vector.message), FromHex(vector.signature)));
  }
}

TEST(Sign, VerifiesItsOwnAndNothingElse) {
  const SigningKey key = SigningKey::Generate();
  const std::string signature = key.Sign("receipt");
  EXPECT_EQ(signature.size(), kSignatureSizeBytes);
  EXPECT_TRUE(key.verifying_key().Verify("receipt", signature));
  EXPECT_FALSE(key.verifying_key().Verify("receipts", signature));
  EXPECT_FALSE(key.verifying_key().Verify("receipt", signature.substr(1)));
  EXPECT_FALSE(key.verifying_key().Verify("receipt", ""));
  EXPECT_FALSE(SigningKey::Generate().verifying_key().Verify("receipt", signature));
}

TEST(Sign, RefusesKeysOfAnotherLength) {
  EXPECT_FALSE(SigningKey::FromRaw("short").has_value());
  EXPECT_FALSE(VerifyingKey::FromRaw(std::string(33, 'x')).has_value());
}

}  // namespace
}  // namespace nwd::crypto
