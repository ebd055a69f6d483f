#include "common/text/controls.h"

#include <gtest/gtest.h>

#include <string>

namespace nwd::text {
namespace {

TEST(Controls, AreThoseOfBothSetsButNotTheBreaksOfALine) {
  for (const std::string_view text :
       {std::string_view("a\x1b[31m"), std::string_view("\a"), std::string_view("\0", 1), std::string_view("x\x7f"),
        std::string_view("\u0080"), std::string_view("é\u009f")}) {
    EXPECT_TRUE(HasControl(text)) << Printable(text, 100);
  }
  for (const std::string_view text : {"", "two\tthree\r\nfour", "Zoë", "\u00a0", "李娜", "\u202e"}) {
    EXPECT_FALSE(HasControl(text)) << Printable(text, 100);
  }
}

TEST(Controls, BreaksOfALineAreFound) {
  for (const char* text : {"Ada\nX", "\t", "a\r"}) EXPECT_TRUE(HasLineBreak(text));
  EXPECT_FALSE(HasLineBreak("Ada Sample"));
}

TEST(Controls, DirectionsAreTheNineThatReorder) {
  for (const char* text :
       {"\u202a", "a\u202b", "\u202c", "\u202d", "Ada\u202eelpmaS", "\u2066", "\u2067", "\u2068", "€\u2069"}) {
    EXPECT_TRUE(HasDirection(text)) << Printable(text, 100);
  }
  for (const char* text : {"\u2029", "\u202f", "\u2065", "\u206a", "€", "محمد"}) {
    EXPECT_FALSE(HasDirection(text)) << Printable(text, 100);
  }
}

TEST(Controls, BlankIsWhatCannotBeSeen) {
  for (const char* text : {" ", "\t \n", "\u00a0", "\u200b", "\u2003\ufeff"})
    EXPECT_TRUE(IsBlank(text)) << Printable(text, 100);
  for (const char* text : {"a", " . ", "\u200bx", "李"}) EXPECT_FALSE(IsBlank(text)) << Printable(text, 100);
}

TEST(Controls, BytesArePrintedAsALineOfWriting) {
  EXPECT_EQ(Printable("Zoë's \"café\"", 100), "Zoë's \"café\"");
  EXPECT_EQ(Printable("a\x1b[31m\nb", 100), "a\\x1b[31m\\x0ab");
  EXPECT_EQ(Printable("\u0085\u202e", 100), "\\xc2\\x85\\xe2\\x80\\xae");
  EXPECT_EQ(Printable("\xff\xc3\xab", 100), "\\xff\\xc3\\xab");
}

TEST(Controls, WhatIsTooLongIsCutBetweenCharacters) {
  EXPECT_EQ(Printable("Zoë", 3), "Zo…");
  EXPECT_EQ(Printable("Zoë", 4), "Zoë");
}

}  // namespace
}  // namespace nwd::text
