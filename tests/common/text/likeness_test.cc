#include "common/text/likeness.h"

#include <gtest/gtest.h>

namespace nwd::text {
namespace {

TEST(Likeness, AgreesWithPublishedExamples) {
  // Winkler (1990) and the literature since: JELLYFISH/SMELLYFISH, MARTHA/MARHTA, DIXON/DICKSONX.
  EXPECT_NEAR(Likeness("martha", "marhta"), 0.961, 0.001);
  EXPECT_NEAR(Likeness("dixon", "dicksonx"), 0.813, 0.001);
  EXPECT_NEAR(Likeness("jellyfish", "smellyfish"), 0.896, 0.001);
}

TEST(Likeness, IsTheSameBothWaysAndWithinItsRange) {
  for (const char* a : {"", "a", "ana", "hanna", "kowalska"}) {
    for (const char* b : {"", "a", "anna", "nahna", "kowalski"}) {
      EXPECT_DOUBLE_EQ(Likeness(a, b), Likeness(b, a)) << a << " " << b;
      EXPECT_GE(Likeness(a, b), 0);
      EXPECT_LE(Likeness(a, b), 1);
    }
  }
  EXPECT_EQ(Likeness("anna", "anna"), 1);
  EXPECT_EQ(Likeness("anna", ""), 0);
}

TEST(Likeness, LooksNoFurtherThanItsLimit) {
  const std::string long_word(10'000, 'a');
  EXPECT_EQ(Likeness(long_word, long_word + "b"), 1);
}

TEST(WithoutVowels, LeavesTheConsonants) {
  EXPECT_EQ(WithoutVowels("khalid"), "khld");
  EXPECT_EQ(WithoutVowels("ai"), "");
}

TEST(SoundOf, IsOneForNamesThatSoundAlike) {
  EXPECT_EQ(SoundOf("mohammed"), SoundOf("mhmd"));
  EXPECT_EQ(SoundOf("kate"), SoundOf("cate"));
  EXPECT_EQ(SoundOf("shcherbakova"), SoundOf("serbakova"));
  EXPECT_NE(SoundOf("anna"), SoundOf("maria"));
}

TEST(SoundOf, OfAWordWithoutConsonantsIsItsFirstLetter) {
  EXPECT_EQ(SoundOf("ai"), "a");
  EXPECT_EQ(SoundOf(""), "");
}

}  // namespace
}  // namespace nwd::text
