#include "common/facts/age_bands.h"

#include <gtest/gtest.h>

namespace nwd::facts {
namespace {

TEST(AgeBands, FollowEachOther) {
  for (size_t i = 1; i < std::size(kAgeBands); ++i) EXPECT_LT(kAgeBands[i - 1].youngest, kAgeBands[i].youngest);
}

TEST(AgeBands, AreKnownByTheirNames) {
  EXPECT_EQ(FindAgeBand("25-49")->youngest, 25);
  EXPECT_EQ(FindAgeBand("25"), nullptr);
  EXPECT_EQ(FindAgeBand(""), nullptr);
  EXPECT_EQ(AgeBandNames(), "16-18, 19-24, 25-49, 50+");
}

TEST(AgeBands, EveryAgeIsInOne) {
  EXPECT_EQ(AgeBandOf(15).name, "16-18");
  EXPECT_EQ(AgeBandOf(18).name, "16-18");
  EXPECT_EQ(AgeBandOf(19).name, "19-24");
  EXPECT_EQ(AgeBandOf(49).name, "25-49");
  EXPECT_EQ(AgeBandOf(50).name, "50+");
  EXPECT_EQ(AgeBandOf(90).name, "50+");
}

}  // namespace
}  // namespace nwd::facts
