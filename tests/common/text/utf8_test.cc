#include "common/text/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace nwd::text {
namespace {

TEST(Utf8, AcceptsEveryWellFormedLength) {
  for (const std::string_view text : {"", "plain", "é", "€", "😀", "longer than eight bytes, with € at the end €",
                                      "\x7f", "\u0080", "\u07ff", "\u0800", "\uffff", "\U00010000", "\U0010ffff"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
  EXPECT_TRUE(IsValidUtf8(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesEveryMalformedForm) {
  const struct {
    const char* bytes;
    const char* what;
  } cases[] = {
      {"\x80", "a trail byte alone"},
      {"\xc3", "cut off"},
      {"\xc0\x80", "overlong NUL"},
      {"\xc1\xbf", "overlong"},
      {"\xe0\x80\x80", "overlong"},
      {"\xf0\x80\x80\x80", "overlong"},
      {"\xed\xa0\x80", "a surrogate"},
      {"\xf4\x90\x80\x80", "above U+10FFFF"},
      {"\xf5\x80\x80\x80", "no lead byte"},
      {"\xff", "no byte of UTF-8"},
      {"\xe2\x82", "cut off"},
      {"\xe2\x28\xa1", "a wrong trail byte"},
  };
  for (const auto& c : cases) {
    EXPECT_FALSE(IsValidUtf8(c.bytes)) << c.what;
    EXPECT_FALSE(IsValidUtf8("eight bytes and more before " + std::string(c.bytes))) << c.what;
    EXPECT_FALSE(IsValidUtf8(std::string(c.bytes) + " and eight bytes and more after")) << c.what;
  }
}

TEST(Utf8, TruncatesBetweenCodePoints) {
  const std::string_view text = "a€😀";  // 1, 3 and 4 bytes
  const std::string_view expected[] = {"", "a", "a", "a", "a€", "a€", "a€", "a€", "a€😀", "a€😀"};
  for (size_t max_bytes = 0; max_bytes < std::size(expected); ++max_bytes) {
    EXPECT_EQ(Truncate(text, max_bytes), expected[max_bytes]) << max_bytes;
  }
}

}  // namespace
}  // namespace nwd::text
