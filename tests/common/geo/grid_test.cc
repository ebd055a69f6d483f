#include "common/geo/grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "common/geo/distance.h"

namespace nwd::geo {
namespace {

constexpr Point kBrixton{51.4626, -0.1146};

bool IsIn(const std::vector<CellSpan>& spans, CellKey cell) {
  return std::any_of(spans.begin(), spans.end(),
                     [cell](const CellSpan& span) { return cell >= span.first && cell <= span.last; });
}

TEST(Grid, KeysAreStoredSoTheyNeverChange) {
  EXPECT_EQ(CellOf({-90, -180}), 0u);
  EXPECT_EQ(CellOf({90, 180}), (17'999u << 16) | 23'999u) << "the far edges belong to the last cells";
  EXPECT_EQ(CellOf(kBrixton), (14'146u << 16) | 11'992u);
}

TEST(Grid, NeighboursInARowHaveConsecutiveKeys) {
  EXPECT_EQ(CellOf({51.4626, -0.1146 + kCellLongDegrees}), CellOf(kBrixton) + 1);
  EXPECT_EQ(CellOf({51.4626 + kCellLatDegrees, -0.1146}), CellOf(kBrixton) + (1u << 16));
}

TEST(Grid, SpansHoldEveryPointWithinTheRadius) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> offset(-0.2, 0.2);
  for (const double radius : {0.0, 300.0, 2'000.0, 10'000.0}) {
    for (int i = 0; i < 20'000; ++i) {
      const Point centre{kBrixton.latitude + offset(random) / 10, kBrixton.longitude + offset(random) / 10};
      const Point point{centre.latitude + offset(random), centre.longitude + offset(random)};
      if (DistanceMetres(centre, point) > radius) continue;
      ASSERT_TRUE(IsIn(SpansWithin(centre, radius), CellOf(point)))
          << point.latitude << "," << point.longitude << " within " << radius << " m of " << centre.latitude << ","
          << centre.longitude;
    }
    EXPECT_TRUE(IsIn(SpansWithin(kBrixton, radius), CellOf(kBrixton)));
  }
}

TEST(Grid, SpansHoldFewCellsBeyondTheRadius) {
  constexpr double kCellDiagonalMetres = 1'600;
  const std::vector<CellSpan> spans = SpansWithin(kBrixton, 5'000);
  size_t cells = 0;
  for (const CellSpan& span : spans) {
    for (CellKey cell = span.first; cell <= span.last; ++cell, ++cells) {
      const Point middle{((cell >> 16) + 0.5) * kCellLatDegrees - 90, ((cell & 0xFFFF) + 0.5) * kCellLongDegrees - 180};
      EXPECT_LT(DistanceMetres(kBrixton, middle), 5'000 + kCellDiagonalMetres);
    }
  }
  EXPECT_LE(spans.size(), 11u);
  EXPECT_LE(cells, 110u);
}

TEST(Grid, ARowIsWholeWhereTheCircleCrossesThe180thMeridian) {
  const std::vector<CellSpan> spans = SpansWithin({0, 179.999}, 1'000);
  EXPECT_TRUE(IsIn(spans, CellOf({0, -179.999})));
  EXPECT_TRUE(IsIn(SpansWithin({89.999, 0}, 5'000), CellOf({89.999, 180})));
}

}  // namespace
}  // namespace nwd::geo
