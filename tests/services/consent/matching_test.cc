#include "services/consent/matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

Agreement Of(const Comparable& a, const Comparable& b) { return Compare(a, b, IdentifierAgreement::kUnknown); }
NameAgreement Names(const char* a, const char* b) {
  return Of(Comparable::Of(a, "1990-05-17", ""), Comparable::Of(b, "1990-05-17", "")).name;
}
BirthAgreement Birthdays(const char* a, const char* b) {
  return Of(Comparable::Of("Ada", a, ""), Comparable::Of("Ada", b, "")).birth;
}
PlaceAgreement Places(const char* a, const char* b) {
  return Of(Comparable::Of("Ada", "1990-05-17", a), Comparable::Of("Ada", "1990-05-17", b)).place;
}

TEST(Matching, NamesAreTheSameInWhateverOrderScriptAndSpacing) {
  EXPECT_EQ(Names("Zoë O'Brien-Smith", "zoe obrien smith"), NameAgreement::kSame);
  EXPECT_EQ(Names("Nguyen Van An", "An Nguyen Van"), NameAgreement::kSame);
  EXPECT_EQ(Names("Мария Иванова", "Maria Ivanova"), NameAgreement::kSame);
  EXPECT_EQ(Names("Mary Ann Lee", "Maryann Lee"), NameAgreement::kSame);
}

TEST(Matching, TheSameWordsAreMoreThanTheSameName) {
  auto same = [](const char* a, const char* b) {
    return SameWords(Comparable::Of(a, "1990-05-17", ""), Comparable::Of(b, "1990-05-17", ""));
  };
  EXPECT_TRUE(same("Zoë O'Brien-Smith", "Smith, Zoe OBrien"));
  EXPECT_FALSE(same("Mary Ann Lee", "Maryann Lee"));
}

TEST(Matching, NamesThatAreMisspeltOrLeftOutAreClose) {
  EXPECT_EQ(Names("Katarzyna Kowalska", "Katarzina Kowalska"), NameAgreement::kClose);
  EXPECT_EQ(Names("Ada Augusta Lovelace", "Ada Lovelace"), NameAgreement::kClose);
  EXPECT_EQ(Names("Mohammed Khalid", "محمد خالد"), NameAgreement::kClose);
  EXPECT_EQ(Names("Suhartini", "Suhartinii"), NameAgreement::kClose);
}

TEST(Matching, AChangedSurnameAndATwinAreToldApart) {
  EXPECT_EQ(Names("Emma Smith", "Emma Okonkwo"), NameAgreement::kGivenOnly);
  EXPECT_EQ(Names("Anna Kowalska", "Maria Kowalska"), NameAgreement::kSurnameOnly);
  EXPECT_EQ(Names("Anna Kowalska", "Grace Hopper"), NameAgreement::kOther);
}

TEST(Matching, BirthdaysAgreeWhollyOrByHowTheyWereMistyped) {
  EXPECT_EQ(Birthdays("1990-05-17", "1990-05-17"), BirthAgreement::kSame);
  EXPECT_EQ(Birthdays("1990-05-07", "1990-07-05"), BirthAgreement::kTransposed);
  EXPECT_EQ(Birthdays("1978-05-07", "1987-05-07"), BirthAgreement::kTransposed);
  EXPECT_EQ(Birthdays("1990-05-17", "1990-05-18"), BirthAgreement::kNear);
  EXPECT_EQ(Birthdays("1990-05-17", "1961-11-02"), BirthAgreement::kOther);
}

TEST(Matching, PlacesAgreeByPostcodeOrItsOutwardPart) {
  EXPECT_EQ(Places("SW9 8EJ", "SW9 8EJ"), PlaceAgreement::kSame);
  EXPECT_EQ(Places("SW9 8EJ", "SW9 6AA"), PlaceAgreement::kSameOutcode);
  EXPECT_EQ(Places("SW9 8EJ", "SW2 8EJ"), PlaceAgreement::kOther);
  EXPECT_EQ(Places("SW9 8EJ", ""), PlaceAgreement::kUnknown);
}

TEST(Matching, WhatIsPossibleSharesABlock) {
  const Comparable kept = Comparable::Of("Мария Иванова", "1990-05-07", "SW9 8EJ");
  for (const Comparable& said :
       {Comparable::Of("Maria Ivanova", "1990-05-07", ""), Comparable::Of("Mariya Ivanova", "1990-07-05", "SW9 6AA"),
        Comparable::Of("Maria Petrova", "1990-05-07", "SW9 8EJ"),
        Comparable::Of("Ivanova Maria", "1990-05-17", "SW9 8EJ")}) {
    ASSERT_TRUE(IsPossible(Of(said, kept)));
    EXPECT_THAT(BlocksOf(said), ::testing::Contains(::testing::AnyOfArray(BlocksOf(kept))));
  }
}

TEST(Matching, BlocksAreBoundedAndEachOnce) {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "Ann Bob Cyd Dot Elf Fay ";
  const std::vector<std::string> blocks = BlocksOf(Comparable::Of(name, "1990-05-07", "SW9 8EJ"));
  EXPECT_LE(blocks.size(), kBlocksMax);
  EXPECT_EQ(std::set<std::string>(blocks.begin(), blocks.end()).size(), blocks.size());
}

}  // namespace
}  // namespace nwd::consent
