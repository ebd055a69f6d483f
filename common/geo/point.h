// A point on the earth: WGS 84 latitude and longitude in degrees, north and east positive. A plain value.
#pragma once

#include <cmath>

namespace nwd::geo {

struct Point {
  double latitude = 0;
  double longitude = 0;

  friend bool operator==(const Point&, const Point&) = default;
};

inline constexpr double kLatitudeMax = 90;
inline constexpr double kLongitudeMax = 180;

// Whether both are numbers within the ranges of latitude and longitude. Other functions of this library expect valid
// points.
inline bool IsValid(const Point& point) {
  return std::abs(point.latitude) <= kLatitudeMax && std::abs(point.longitude) <= kLongitudeMax;  // false for a NaN
}

}  // namespace nwd::geo
