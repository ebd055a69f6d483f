#include "common/ids/names.h"

#include <gtest/gtest.h>

#include <string>

namespace nwd::ids {
namespace {

TEST(Names, ASlugIsLowerCaseLettersDigitsAndInnerHyphens) {
  for (const std::string& text :
       {std::string("a"), std::string("7"), std::string("brent-council"), std::string("a--b"), std::string(63, 'a')}) {
    EXPECT_TRUE(IsSlug(text)) << text;
  }
  for (const std::string& text : {std::string(), std::string("-a"), std::string("a-"), std::string("Brent"),
                                  std::string("a_b"), std::string("a b"), std::string("a.b"),
                                  std::string("caf\xc3\xa9"), std::string("a\0b", 3), std::string(64, 'a')}) {
    EXPECT_FALSE(IsSlug(text)) << text;
  }
}

TEST(Names, APractitionerIsOpaqueAndShort) {
  for (const std::string& text :
       {std::string("a"), std::string("J_Smith-42"), std::string("-"), std::string(64, 'Z')}) {
    EXPECT_TRUE(IsPractitioner(text)) << text;
  }
  for (const std::string& text :
       {std::string(), std::string("j smith"), std::string("j@x"), std::string("j\n"), std::string(65, 'Z')}) {
    EXPECT_FALSE(IsPractitioner(text)) << text;
  }
}

}  // namespace
}  // namespace nwd::ids
