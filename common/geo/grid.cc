#include "common/geo/grid.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/geo/distance.h"

namespace nwd::geo {
namespace {

constexpr uint32_t kColumnBits = 16;
constexpr uint32_t kRows = 18'000;
constexpr uint32_t kColumns = 24'000;
// Rounding must not leave out a point that lies on the edge of a circle or a cell.
constexpr double kSlackDegrees = 1e-9;
static_assert(kColumns <= 1u << kColumnBits);

uint32_t RowOf(double lat) {
  return std::min(static_cast<uint32_t>((lat + kLatitudeMax) / kCellLatDegrees), kRows - 1);
}

uint32_t ColumnOf(double longitude) {
  return std::min(static_cast<uint32_t>((longitude + kLongitudeMax) / kCellLongDegrees), kColumns - 1);
}

CellKey KeyOf(uint32_t row, uint32_t column) { return row << kColumnBits | column; }

double Haversine(double degrees) {
  const double sine = std::sin(degrees * kRadiansPerDegree / 2);
  return sine * sine;
}

// An upper bound, in degrees of longitude either side of the centre, of how far the circle reaches within a row.
double HalfWidth(const Point& centre, double haversine_of_radius, uint32_t row) {
  const double south = row * kCellLatDegrees - kLatitudeMax - kSlackDegrees;
  const double north = south + kCellLatDegrees + 2 * kSlackDegrees;
  const double nearest_lat = std::clamp(centre.latitude, south, north);
  const double poleward_lat = std::max(std::abs(south), std::abs(north));
  const double numerator = haversine_of_radius - Haversine(nearest_lat - centre.latitude);
  const double denominator = std::cos(centre.latitude * kRadiansPerDegree) * std::cos(poleward_lat * kRadiansPerDegree);
  if (numerator <= 0) return 0;
  if (numerator >= denominator) return 2 * kLongitudeMax;
  return 2 * std::asin(std::sqrt(numerator / denominator)) / kRadiansPerDegree;
}

}  // namespace

CellKey CellOf(const Point& point) {
  NWD_CHECK(IsValid(point));
  return KeyOf(RowOf(point.latitude), ColumnOf(point.longitude));
}

std::vector<CellSpan> SpansWithin(const Point& centre, double radius_metres) {
  NWD_CHECK(IsValid(centre));
  const Box box = BoxAround(centre, radius_metres);
  const double haversine_of_radius = Haversine(std::min(radius_metres / kMetresPerDegree, kLongitudeMax));
  std::vector<CellSpan> spans;
  const uint32_t last_row = RowOf(box.north);
  for (uint32_t row = RowOf(box.south); row <= last_row; ++row) {
    const double reach = HalfWidth(centre, haversine_of_radius, row) + kSlackDegrees;
    double west = centre.longitude - reach;
    double east = centre.longitude + reach;
    if (west < -kLongitudeMax || east > kLongitudeMax) {
      west = -kLongitudeMax;
      east = kLongitudeMax;
    }
    spans.push_back({KeyOf(row, ColumnOf(west)), KeyOf(row, ColumnOf(east))});
  }
  return spans;
}

}  // namespace nwd::geo
