#include "common/crypto/hmac.h"

#include <gtest/gtest.h>

#include "tests/common/crypto/hex.h"

namespace nwd::crypto {
namespace {

// RFC 4231: cases 1 to 4, 6 and 7 (5 is about cutting tags short, which we never do).
struct Vector {
  std::string key;
  std::string message;
  std::string tag;
};
const std::vector<Vector>& Vectors() {
  static const auto& vectors = *new std::vector<Vector>{
      {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {FromHex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
       "hashed "
       "before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  return vectors;
}

TEST(Hmac, AgreesWithRfc4231) {
  for (const Vector& vector : Vectors()) {
    const HmacKey key(vector.key);
    EXPECT_EQ(ToHex(key.ComputeString(vector.message)), vector.tag) << vector.message;
    EXPECT_EQ(ToHex(key.ComputeString(vector.message)), vector.tag) << "the second time, " << vector.message;
    EXPECT_TRUE(key.Verify(vector.message, FromHex(vector.tag)));
    EXPECT_EQ(ToHex(View(HmacSha256(vector.key, vector.message))), vector.tag) << "at once, " << vector.message;
  }
}

TEST(Hmac, VerifiesOnlyTheWholeRightTag) {
  const HmacKey key("a key of any length");
  const std::string tag = key.ComputeString("message");
  EXPECT_TRUE(key.Verify("message", tag));
  EXPECT_FALSE(key.Verify("massage", tag));
  EXPECT_FALSE(key.Verify("message", tag.substr(0, 31)));
  EXPECT_FALSE(key.Verify("message", ""));
  EXPECT_FALSE(HmacKey("another key").Verify("message", tag));
}

TEST(Hmac, ConstantTimeEqualIsEquality) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "ab"));
}

TEST(Hmac, OneKeyServesManyThreads) {
  const HmacKey key("shared");
  const std::string expected = key.ComputeString("message");
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) failures += key.ComputeString("message") != expected;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace nwd::crypto
