#include "common/text/letters.h"

#include <gtest/gtest.h>

namespace nwd::text {
namespace {

TEST(Letters, ALetterOfAnyScriptIsOne) {
  for (const char* text : {"a", "Zoë", "李", "Łukasz", "محمد", "அ", "O'Brien 2", "123 b"}) {
    EXPECT_TRUE(HasLetter(text)) << text;
  }
}

TEST(Letters, DigitsSignsAndBrokenBytesAreNone) {
  for (const char* text : {"", "12345", "...", "٣٤٥", "-- '", "😀", "\xff\xfe", "\xc3"}) {
    EXPECT_FALSE(HasLetter(text)) << text;
  }
}

}  // namespace
}  // namespace nwd::text
