// What can be learned by setting the releases of one year against each other.
#include <gtest/gtest.h>

#include "tests/services/outcome/attack.h"

namespace nwd::outcome {
namespace {

// What an earlier release showed goes into the next where a figure has not changed, as release.cc does it.
void Remember(const Series& earlier, Series& next) {
  for (int slot = 0; slot < kSlots; ++slot) {
    if (next[slot].shown == Shown::kMissing || earlier[slot].shown == Shown::kMissing ||
        earlier[slot].exact != next[slot].exact)
      continue;
    next[slot].known = earlier[slot].learned;
    next[slot].stays_suppressed = earlier[slot].shown == Shown::kSuppressed;
  }
}

YearOfFigures Next(const std::vector<YearOfFigures>& earlier, const Exact& exact, bool quarter_printed) {
  YearOfFigures next = YearOf({exact}, quarter_printed);
  if (!earlier.empty()) {
    Remember(earlier.front().whole, next.whole);
    for (size_t cell = 0; cell < exact.size(); ++cell) Remember(earlier.front().cuts[0][cell], next.cuts[0][cell]);
  }
  Protect(next, earlier);
  NothingSmallIsPrinted(next);
  return next;
}

// Some figures grow, now and then one is taken back.
void Change(Values& values, Exact& exact) {
  for (int change = 0; change < 2; ++change) {
    int64_t& cell = exact[values.Below(kCells)][values.Below(static_cast<int64_t>(exact[0].size()))];
    cell = values.Below(4) == 0 ? std::max<int64_t>(0, cell - 1) : cell + values.Below(6);
  }
}

void NobodyLearnsFromReleases(uint32_t seed, int releases, int months, int filled_max) {
  Values values(seed);
  Exact exact = values.Table(months, 1 + static_cast<int>(values.Below(filled_max)));
  std::vector<YearOfFigures> made;  // the newest first
  Attack attack;
  std::string printed;
  for (int release = 0; release < releases; ++release) {
    made.insert(made.begin(), Next(made, exact, months == kMonths));
    attack.Add(made.front());
    printed += Print(made.front()) + "then\n";
    Change(values, exact);
  }
  ASSERT_TRUE(attack.LearnsNothing()) << "seed " << seed << "\n" << printed;
}

TEST(ReleasesProperty, NobodyLearnsACellBySettingTwoReleasesAgainstEachOther) {
  for (uint32_t seed = 0; seed < 800 && !::testing::Test::HasFatalFailure(); ++seed)
    NobodyLearnsFromReleases(seed, 2, 1, 5);
}

TEST(ReleasesProperty, NobodyLearnsACellBySettingThreeReleasesAgainstEachOther) {
  for (uint32_t seed = 0; seed < 300 && !::testing::Test::HasFatalFailure(); ++seed)
    NobodyLearnsFromReleases(seed, 3, 1, 3);
}

TEST(ReleasesProperty, NobodyLearnsACellFromMonthsAndQuartersOfTwoReleases) {
  for (uint32_t seed = 0; seed < 150 && !::testing::Test::HasFatalFailure(); ++seed)
    NobodyLearnsFromReleases(seed, 2, kMonths, 3);
}

}  // namespace
}  // namespace nwd::outcome
