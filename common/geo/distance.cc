#include "common/geo/distance.h"

#include <algorithm>

#include "common/base/check.h"

namespace nwd::geo {
namespace {

// Rounding must not leave out a point that lies exactly on the circle.
constexpr double kSlackDegrees = 1e-9;

}  // namespace

double DistanceMetres(const Point& a, const Point& b) {
  const double lat_a = a.latitude * kRadiansPerDegree;
  const double lat_b = b.latitude * kRadiansPerDegree;
  const double sin_lat = std::sin((lat_b - lat_a) / 2);
  const double sin_long = std::sin((b.longitude - a.longitude) * kRadiansPerDegree / 2);
  const double h = sin_lat * sin_lat + std::cos(lat_a) * std::cos(lat_b) * sin_long * sin_long;
  return 2 * kEarthRadiusMetres * std::asin(std::min(1.0, std::sqrt(h)));
}

Box BoxAround(const Point& centre, double radius_metres) {
  NWD_CHECK(radius_metres >= 0);
  const double height = radius_metres / kMetresPerDegree + kSlackDegrees;
  Box box{.south = centre.latitude - height,
          .west = -kLongitudeMax,
          .north = centre.latitude + height,
          .east = kLongitudeMax};
  if (box.south <= -kLatitudeMax || box.north >= kLatitudeMax) {
    box.south = std::max(box.south, -kLatitudeMax);
    box.north = std::min(box.north, kLatitudeMax);
    return box;
  }
  // The circle is widest where a meridian touches it, a little poleward of its centre.
  const double angle = radius_metres / kEarthRadiusMetres;
  const double width =
      std::asin(std::sin(angle) / std::cos(centre.latitude * kRadiansPerDegree)) / kRadiansPerDegree + kSlackDegrees;
  if (centre.longitude - width < -kLongitudeMax || centre.longitude + width > kLongitudeMax) return box;
  box.west = centre.longitude - width;
  box.east = centre.longitude + width;
  return box;
}

}  // namespace nwd::geo
