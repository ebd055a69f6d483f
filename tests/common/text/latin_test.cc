#include "common/text/latin.h"

#include <gtest/gtest.h>

namespace nwd::text {
namespace {

TEST(LatinName, SpellsOtherScriptsInPlainLetters) {
  EXPECT_EQ(LatinName("Мария Иванова"), "maria ivanova");
  EXPECT_EQ(LatinName("李娜"), "li na");
  EXPECT_EQ(LatinName("محمد"), "mhmd");
  EXPECT_EQ(LatinName("Γιώργος"), "giorgos");
}

TEST(LatinName, FoldsWhatIsLatinAlready) {
  EXPECT_EQ(LatinName("  O’Brien-SMITH,  Zoë "), "obrien smith zoe");
  EXPECT_EQ(LatinName("Łukasz"), "lukasz");
}

TEST(LeavesOutVowels, SaysSoOfTheScriptsThatDo) {
  EXPECT_TRUE(LeavesOutVowels("محمد"));
  EXPECT_TRUE(LeavesOutVowels("Anna שרה"));
  EXPECT_FALSE(LeavesOutVowels("Мария"));
  EXPECT_FALSE(LeavesOutVowels("Zoë"));
}

TEST(LatinName, IsEmptyWhereThereIsNoLetter) {
  EXPECT_EQ(LatinName("..."), "");
  EXPECT_EQ(LatinName("\xff\xfe"), "");
}

}  // namespace
}  // namespace nwd::text
