// Distances in metres on a sphere (haversine: within 0.5 % of the ellipsoid), and the box that holds a circle.
// Pure functions of valid points.
#pragma once

#include <numbers>

#include "common/geo/point.h"

namespace nwd::geo {

inline constexpr double kEarthRadiusMetres = 6'371'008.8;  // mean radius, IUGG
inline constexpr double kRadiansPerDegree = std::numbers::pi / 180;
inline constexpr double kMetresPerDegree = kEarthRadiusMetres * kRadiansPerDegree;  // of latitude

double DistanceMetres(const Point& a, const Point& b);

struct Box {
  double south = 0;
  double west = 0;
  double north = 0;
  double east = 0;

  bool Contains(const Point& point) const {
    return point.latitude >= south && point.latitude <= north && point.longitude >= west && point.longitude <= east;
  }
};

// A box that holds every point within radius_metres (not negative) of the centre: cheap to test before DistanceMetres.
// Where the circle reaches a pole or the 180th meridian the box spans all longitudes.
Box BoxAround(const Point& centre, double radius_metres);

}  // namespace nwd::geo
