#include "common/crypto/base32.h"

#include <gtest/gtest.h>

#include "common/crypto/random.h"

namespace nwd::crypto {
namespace {

// RFC 4648, section 10, in lower case and without padding.
constexpr struct {
  const char* bytes;
  const char* base32;
  const char* base64url;
} kVectors[] = {
    {"", "", ""},
    {"f", "my", "Zg"},
    {"fo", "mzxq", "Zm8"},
    {"foo", "mzxw6", "Zm9v"},
    {"foob", "mzxw6yq", "Zm9vYg"},
    {"fooba", "mzxw6ytb", "Zm9vYmE"},
    {"foobar", "mzxw6ytboi", "Zm9vYmFy"},
};

TEST(Base32, AgreesWithThePublishedVectors) {
  for (const auto& vector : kVectors) {
    EXPECT_EQ(Base32Encode(vector.bytes), vector.base32);
    EXPECT_EQ(Base32Decode(vector.base32), vector.bytes);
    EXPECT_EQ(Base64UrlEncode(vector.bytes), vector.base64url);
    EXPECT_EQ(Base64UrlDecode(vector.base64url), vector.bytes);
  }
}

TEST(Base32, TurnsEveryLengthBack) {
  for (size_t size_bytes = 0; size_bytes < 70; ++size_bytes) {
    const std::string bytes = RandomBytes(size_bytes);
    EXPECT_EQ(Base32Decode(Base32Encode(bytes)), bytes);
    EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)), bytes);
  }
  EXPECT_EQ(Base64UrlEncode("\xfb\xff"), "-_8") << "the URL-safe letters";
}

TEST(Base32, RefusesEveryOtherTextForTheSameBytes) {
  for (const char* text : {"MY", "my======", "m", "mzx", "mzxw6y", "mz", "my ", " my", "m1", "m\n", "mß"}) {
    EXPECT_EQ(Base32Decode(text), std::nullopt) << text;
  }
  for (const char* text : {"Zg==", "Z", "Zh", "Zm9", "Zm9v\n", "Zm 9v", "Zm+v", "Zm/v", "Zm9vY"}) {
    EXPECT_EQ(Base64UrlDecode(text), std::nullopt) << text;
  }
  EXPECT_EQ(Base32Decode(std::string_view("\0\0", 2)), std::nullopt);
}

}  // namespace
}  // namespace nwd::crypto
