#include "services/outcome/disclosure.h"

#include <gtest/gtest.h>

#include "tests/services/outcome/attack.h"

namespace nwd::outcome {
namespace {

TEST(PublishAlone, ZeroStaysZeroOneToSevenIsSuppressedEightAndMoreRoundsToFive) {
  EXPECT_EQ(PublishAlone(0), (Published{Shown::kZero, 0}));
  for (int64_t small = 1; small <= 7; ++small)
    EXPECT_EQ(PublishAlone(small), (Published{Shown::kSuppressed, 0})) << small;
  EXPECT_EQ(PublishAlone(8), (Published{Shown::kRounded, 10}));
  EXPECT_EQ(PublishAlone(12), (Published{Shown::kRounded, 10}));
  EXPECT_EQ(PublishAlone(13), (Published{Shown::kRounded, 15}));
  EXPECT_EQ(PublishAlone(16), (Published{Shown::kRounded, 15}));
  EXPECT_EQ(PublishAlone(10'023), (Published{Shown::kRounded, 10'025}));
}

TEST(PercentOf, ComesFromRoundedPartsAndOnlyOfAWholeOfEightOrMore) {
  EXPECT_EQ(PercentOf(PublishAlone(9), PublishAlone(21)), 50.0);
  EXPECT_EQ(PercentOf(PublishAlone(0), PublishAlone(21)), 0.0);
  EXPECT_EQ(PercentOf(PublishAlone(3), PublishAlone(21)), std::nullopt);
  EXPECT_EQ(PercentOf(PublishAlone(3), PublishAlone(7)), std::nullopt);
  EXPECT_EQ(PercentOf(PublishAlone(0), PublishAlone(0)), std::nullopt);
  EXPECT_EQ(PercentOf(Published{}, PublishAlone(21)), std::nullopt);
}

TEST(Protect, ASmallCellBesideOneLargeOneTakesTheLargeOneWithIt) {
  YearOfFigures year = YearOf({{{1}, {8}, {0}}}, false);
  Protect(year);
  EXPECT_EQ(year.whole[0].shown, Shown::kRounded);
  EXPECT_EQ(year.cuts[0][0][0].shown, Shown::kSuppressed);
  EXPECT_EQ(year.cuts[0][1][0].shown, Shown::kSuppressed);
  EXPECT_EQ(year.cuts[0][2][0].shown, Shown::kZero);
}

TEST(Protect, TheSmallestThatHelpsIsSuppressedAndNoMore) {
  YearOfFigures year = YearOf({{{1}, {8}, {23}, {58}, {103}, {0}}}, false);
  Protect(year);
  EXPECT_EQ(year.cuts[0][0][0].shown, Shown::kSuppressed);
  for (int cell = 2; cell < 5; ++cell)
    EXPECT_EQ(year.cuts[0][cell][0].shown, Shown::kRounded) << cell << "\n" << Print(year);
  EXPECT_EQ(year.whole[0].shown, Shown::kRounded);
}

TEST(Protect, RoundingAloneProtectsWhereManyCellsAreRounded) {
  YearOfFigures year = YearOf({{{4}, {20}, {31}, {40}, {52}, {60}}}, false);
  Protect(year);
  for (int cell = 1; cell < 6; ++cell) EXPECT_EQ(year.cuts[0][cell][0].shown, Shown::kRounded) << Print(year);
}

TEST(Protect, AWholeOfSevenMadeOfSevenOnesHidesWhereTheZerosAre) {
  YearOfFigures year = YearOf({{{1}, {1}, {1}, {1}, {1}, {1}, {1}, {0}, {0}}}, false);
  Protect(year);
  for (const Series& cell : year.cuts[0]) EXPECT_EQ(cell[0].shown, Shown::kSuppressed) << Print(year);
}

TEST(Protect, AFewInOnePlaceLeaveZerosElsewhereZero) {
  YearOfFigures year = YearOf({{{3}, {0}, {0}, {0}}}, false);
  Protect(year);
  EXPECT_EQ(year.whole[0].shown, Shown::kSuppressed);
  for (int cell = 1; cell < 4; ++cell) EXPECT_EQ(year.cuts[0][cell][0].shown, Shown::kZero);
}

TEST(Protect, AMonthCannotBeTakenFromItsQuarter) {
  YearOfFigures year = YearOf({{{1, 8, 0}}}, true);
  Protect(year);
  const Series& whole = year.whole;
  EXPECT_EQ(whole[0].shown, Shown::kSuppressed);
  EXPECT_TRUE(whole[1].shown == Shown::kSuppressed || whole[kQuarter].shown == Shown::kSuppressed) << Print(year);
}

TEST(Protect, MissingStaysMissing) {
  YearOfFigures year = YearOf({{{4}, {9}}}, false);
  Protect(year);
  EXPECT_EQ(year.whole[kQuarter].shown, Shown::kMissing);
  EXPECT_EQ(year.whole[5].shown, Shown::kMissing);
}

TEST(ProtectProperty, NobodyLearnsACellFromItsMonth) {
  for (uint32_t seed = 0; seed < 1500; ++seed) {
    Values values(seed);
    YearOfFigures year = YearOf({values.Table(1, 1 + static_cast<int>(values.Below(7)))}, false);
    Protect(year);
    NothingSmallIsPrinted(year);
    Attack attack;
    attack.Add(year);
    ASSERT_TRUE(attack.LearnsNothing()) << "seed " << seed << "\n" << Print(year);
  }
}

TEST(ProtectProperty, NobodyLearnsACellFromOnesAlone) {
  for (int ones = 1; ones <= 12; ++ones) {
    Exact exact(14, std::vector<int64_t>(1));
    for (int i = 0; i < ones; ++i) exact[i][0] = 1;
    YearOfFigures year = YearOf({exact}, false);
    Protect(year);
    NothingSmallIsPrinted(year);
    Attack attack;
    attack.Add(year);
    ASSERT_TRUE(attack.LearnsNothing()) << ones << " ones\n" << Print(year);
  }
}

TEST(ProtectProperty, NobodyLearnsACellFromMonthsAndTheirQuarter) {
  for (uint32_t seed = 0; seed < 600; ++seed) {
    Values values(seed);
    YearOfFigures year = YearOf({values.Table(kMonths, 1 + static_cast<int>(values.Below(6)))}, true);
    Protect(year);
    NothingSmallIsPrinted(year);
    Attack attack;
    attack.Add(year);
    ASSERT_TRUE(attack.LearnsNothing()) << "seed " << seed << "\n" << Print(year);
  }
}

TEST(ProtectProperty, NobodyLearnsACellFromTwoCutsOfTheSameWhole) {
  for (uint32_t seed = 0; seed < 400; ++seed) {
    Values values(seed);
    const Exact exact = values.Table(1, 1 + static_cast<int>(values.Below(3)));
    YearOfFigures year = YearOf({exact, values.Regroup(exact, 3)}, false);
    Protect(year);
    NothingSmallIsPrinted(year);
    Attack attack;
    attack.Add(year);
    ASSERT_TRUE(attack.LearnsNothing()) << "seed " << seed << "\n" << Print(year);
  }
}

// Too large to search: here the figures' own account of what can be learned is believed, which the tests above have put
// to the test.
TEST(ProtectProperty, AYearOfBoroughsAndChannelsIsSafeHoweverSparse) {
  for (const int64_t most : {2, 3, 6, 40}) {
    Values values(static_cast<uint32_t>(most));
    Exact boroughs(34, std::vector<int64_t>(kMonths));
    for (std::vector<int64_t>& cell : boroughs) {
      for (int64_t& count : cell) count = values.Below(3) == 0 ? 0 : values.Below(most);
    }
    YearOfFigures year = YearOf({boroughs, values.Regroup(boroughs, kCells)}, true);
    Protect(year);
    NothingSmallIsPrinted(year);
    for (const std::vector<Series>& cut : year.cuts) {
      for (const Series& cell : cut) {
        for (const Figure& figure : cell) {
          if (figure.shown != Shown::kSuppressed) continue;
          EXPECT_GE(figure.learned.high - figure.learned.low + 1, kSpanMin) << most << "\n" << Print(year);
        }
      }
    }
  }
}

}  // namespace
}  // namespace nwd::outcome
