// Cells for a spatial index: a fixed grid of 0.01° of latitude by 0.015° of longitude, about 1.1 km by 1.0 km in
// London. The key of a cell is its row (from the south) in the upper 16 bits and its column (from the west) in the
// lower, so that neighbours in a row have consecutive keys, and an ordered index finds a circle with one range scan a
// row:
//
//   for (const geo::CellSpan& span : geo::SpansWithin(centre, radius_metres)) Scan(span.first, span.last);
//
// What the scan finds is a superset: check DistanceMetres. Keys are stored, so the cell size never changes. Pure
// functions of valid points.
#pragma once

#include <cstdint>
#include <vector>

#include "common/geo/point.h"

namespace nwd::geo {

using CellKey = uint32_t;

inline constexpr double kCellLatDegrees = 0.01;
inline constexpr double kCellLongDegrees = 0.015;

CellKey CellOf(const Point& point);

// Cells first to last of one row, both included.
struct CellSpan {
  CellKey first = 0;
  CellKey last = 0;

  friend bool operator==(const CellSpan&, const CellSpan&) = default;
};

// The cells that hold every point within radius_metres (not negative) of the centre, a span a row, from the south.
// About radius / 550 m spans: 9 or 10 for 5 km.
std::vector<CellSpan> SpansWithin(const Point& centre, double radius_metres);

}  // namespace nwd::geo
