#include "common/geo/distance.h"

#include <gtest/gtest.h>

#include <limits>

namespace nwd::geo {
namespace {

constexpr Point kCharingCross{51.5073, -0.1276};
constexpr Point kBrixton{51.4626, -0.1146};

// The point that lies `metres` from `from` in the direction of `bearing_degrees`.
Point Destination(const Point& from, double metres, double bearing_degrees) {
  const double angle = metres / kEarthRadiusMetres;
  const double bearing = bearing_degrees * kRadiansPerDegree;
  const double lat = from.latitude * kRadiansPerDegree;
  const double to_lat =
      std::asin(std::sin(lat) * std::cos(angle) + std::cos(lat) * std::sin(angle) * std::cos(bearing));
  const double turn = std::atan2(std::sin(bearing) * std::sin(angle) * std::cos(lat),
                                 std::cos(angle) - std::sin(lat) * std::sin(to_lat));
  return {to_lat / kRadiansPerDegree, from.longitude + turn / kRadiansPerDegree};
}

TEST(Point, IsValidWithinTheRangesOnly) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(IsValid({-90, 180}));
  EXPECT_FALSE(IsValid({90.1, 0}));
  EXPECT_FALSE(IsValid({99.999999, 0})) << "what the postcode directory writes for no grid reference";
  EXPECT_FALSE(IsValid({0, -180.1}));
  EXPECT_FALSE(IsValid({kNaN, 0}));
  EXPECT_FALSE(IsValid({0, kNaN}));
  EXPECT_FALSE(IsValid({0, std::numeric_limits<double>::infinity()}));
}

TEST(Distance, IsZeroToItselfAndTheSameBothWays) {
  EXPECT_EQ(DistanceMetres(kBrixton, kBrixton), 0);
  EXPECT_DOUBLE_EQ(DistanceMetres(kBrixton, kCharingCross), DistanceMetres(kCharingCross, kBrixton));
}

TEST(Distance, AgreesWithKnownFigures) {
  EXPECT_NEAR(DistanceMetres(kCharingCross, kBrixton), 5'050, 25);
  EXPECT_NEAR(DistanceMetres({0, 0}, {1, 0}), 111'195, 1);
  EXPECT_NEAR(DistanceMetres({0, 0}, {0, 180}), 20'015'115, 1) << "half way round";
  EXPECT_NEAR(DistanceMetres({0, 179.5}, {0, -179.5}), 111'195, 1) << "across the 180th meridian";
}

TEST(Box, HoldsEveryPointOfTheCircleAndLittleMore) {
  for (const double radius : {1.0, 800.0, 5'000.0, 50'000.0}) {
    const Box box = BoxAround(kCharingCross, radius);
    for (int bearing = 0; bearing < 360; ++bearing) {
      EXPECT_TRUE(box.Contains(Destination(kCharingCross, radius, bearing))) << radius << " m at " << bearing;
    }
    for (const int bearing : {0, 90, 180, 270}) {
      EXPECT_FALSE(box.Contains(Destination(kCharingCross, radius * 1.01, bearing))) << radius << " m at " << bearing;
    }
  }
}

TEST(Box, SpansAllLongitudesAtAPoleAndAtThe180thMeridian) {
  const Box pole = BoxAround({89.99, 20}, 5'000);
  EXPECT_TRUE(pole.Contains({89.99, -160}));
  EXPECT_EQ(pole.north, 90);
  EXPECT_TRUE(BoxAround({0, 179.99}, 5'000).Contains({0, -179.99}));
}

}  // namespace
}  // namespace nwd::geo
