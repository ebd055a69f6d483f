#include "common/store/keys.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/store/store.h"

namespace nwd::store {
namespace {

std::string Of(std::string_view text, uint64_t number) { return KeyBuilder('t').Text(text).Number(number).Build(); }

TEST(Keys, HaveTheBytesTheyAreDocumentedToHave) {
  EXPECT_EQ(KeyBuilder('t').Bytes("id").Text("ab").Number(0x0102).Build(), std::string("tidab\0\0\0\0\0\0\0\1\2", 14));
  EXPECT_EQ(KeyBuilder('t').Descending(0).Build(), "t\xff\xff\xff\xff\xff\xff\xff\xff");
}

TEST(Keys, SortAsTheirPartsDo) {
  EXPECT_LT(Of("a", 255), Of("a", 256));
  EXPECT_LT(Of("a", std::numeric_limits<uint64_t>::max()), Of("aa", 0)) << "a text sorts before those it begins";
  EXPECT_LT(KeyBuilder('t').Descending(2).Build(), KeyBuilder('t').Descending(1).Build());
}

TEST(Keys, AreReadBackInTheOrderTheyWereBuilt) {
  const std::string key = KeyBuilder('t').Bytes("0123456789abcdef").Text("slug").Number(7).Descending(9).Build();
  KeyReader reader(key);
  std::string_view id, slug;
  uint64_t number = 0, newest = 0;
  ASSERT_TRUE(reader.Bytes(16, &id) && reader.Text(&slug) && reader.Number(&number) && reader.Descending(&newest));
  EXPECT_TRUE(reader.Done());
  EXPECT_EQ(id, "0123456789abcdef");
  EXPECT_EQ(slug, "slug");
  EXPECT_EQ(number, 7u);
  EXPECT_EQ(newest, 9u);
}

TEST(Keys, CutShortAreNotedAtEveryLength) {
  const std::string key = KeyBuilder('t').Bytes("id").Text("slug").Number(7).Build();
  for (size_t length = 0; length < key.size(); ++length) {
    KeyReader reader(std::string_view(key).substr(0, length));
    std::string_view id, slug;
    uint64_t number = 0;
    EXPECT_FALSE(reader.Bytes(2, &id) && reader.Text(&slug) && reader.Number(&number)) << length;
  }
}

TEST(PrefixRange, EndsBeforeTheFirstKeyWithoutThePrefix) {
  EXPECT_EQ(PrefixRange("ab").end, "ac");
  EXPECT_EQ(PrefixRange("a\xff").end, "b");
  EXPECT_EQ(PrefixRange("\xff\xff").end, "");
  EXPECT_EQ(PrefixRange("").end, "");
}

}  // namespace
}  // namespace nwd::store
