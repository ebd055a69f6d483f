#include "common/ids/uuid.h"

#include <gtest/gtest.h>

#include "absl/container/flat_hash_set.h"

namespace nwd::ids {
namespace {

constexpr char kText[] = "00112233-4455-6677-8899-aabbccddeeff";
constexpr std::string_view kBytes("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);

TEST(Uuid, TextAndBytesAreTheSameId) {
  const std::optional<Uuid> parsed = Uuid::Parse(kText);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->bytes(), kBytes);
  EXPECT_EQ(parsed->ToString(), kText);
  EXPECT_EQ(Uuid::FromBytes(kBytes), parsed);
}

TEST(Uuid, ParsesNothingButTheCanonicalText) {
  for (const char* text : {"", "00112233-4455-6677-8899-AABBCCDDEEFF", "00112233445566778899aabbccddeeff",
                           "{00112233-4455-6677-8899-aabbccddeeff}", "00112233-4455-6677-8899-aabbccddeef",
                           "00112233-4455-6677-8899-aabbccddeefff", "0011223-34455-6677-8899-aabbccddeeff",
                           "00112233-4455-6677-8899-aabbccddeefg", " 0112233-4455-6677-8899-aabbccddeeff",
                           "00112233_4455_6677_8899_aabbccddeeff"}) {
    EXPECT_EQ(Uuid::Parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(Uuid::FromBytes(kBytes.substr(1)), std::nullopt);
  EXPECT_EQ(Uuid::FromBytes(""), std::nullopt);
}

TEST(Uuid, RandomOnesAreVersionFourAndDiffer) {
  absl::flat_hash_set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid id = Uuid::Random();
    const std::string text = id.ToString();
    EXPECT_EQ(text[14], '4') << text;
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos) << text;
    EXPECT_EQ(Uuid::Parse(text), id);
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Uuid, OrderIsThatOfBytesAndOfText) {
  const Uuid low = *Uuid::Parse("00112233-4455-6677-8899-aabbccddeeff");
  const Uuid high = *Uuid::Parse("f0112233-4455-6677-8899-aabbccddeeff");
  EXPECT_LT(low, high);
  EXPECT_LT(low.bytes(), high.bytes());
  EXPECT_LT(low.ToString(), high.ToString());
  EXPECT_TRUE(Uuid().is_nil());
  EXPECT_FALSE(low.is_nil());
  EXPECT_LT(Uuid(), low);
}

}  // namespace
}  // namespace nwd::ids
