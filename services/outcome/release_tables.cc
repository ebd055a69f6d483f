#include "services/outcome/release_tables.h"

#include <algorithm>

namespace nwd::outcome {
namespace {

v1::Count::Kind KindOf(Shown shown) {
  switch (shown) {
    case Shown::kMissing:
      return v1::Count::KIND_MISSING;
    case Shown::kZero:
      return v1::Count::KIND_ZERO;
    case Shown::kRounded:
      return v1::Count::KIND_ROUNDED;
    case Shown::kSuppressed:
      return v1::Count::KIND_SUPPRESSED;
  }
  return v1::Count::KIND_MISSING;
}

}  // namespace

Cell CellOf(const std::string& key, const Figure& figure) {
  Cell cell;
  cell.set_key(key);
  cell.set_shown(KindOf(figure.shown));
  cell.set_value(figure.published().value);
  cell.set_exact(figure.exact);
  cell.set_known_low(figure.learned.low);
  cell.set_known_high(figure.learned.high >= Bounds::kNoLimit / 2 ? -1 : figure.learned.high);
  return cell;
}

Shown ShownOf(v1::Count::Kind kind) {
  switch (kind) {
    case v1::Count::KIND_ZERO:
      return Shown::kZero;
    case v1::Count::KIND_ROUNDED:
      return Shown::kRounded;
    case v1::Count::KIND_SUPPRESSED:
      return Shown::kSuppressed;
    default:
      return Shown::kMissing;
  }
}

Published PublishedOf(const Cell& cell) { return {ShownOf(cell.shown()), cell.value()}; }

Bounds LearnedOf(const Cell& cell) {
  return {cell.known_low(), cell.known_high() < 0 ? Bounds::kNoLimit : cell.known_high()};
}

const Cell* FindCell(const Tables& tables, const TablePlace& place, const std::string& key) {
  const auto table = tables.find(place);
  if (table == tables.end()) return nullptr;
  const auto cell = std::ranges::find(table->second.cells(), key, &Cell::key);
  return cell == table->second.cells().end() ? nullptr : &*cell;
}

}  // namespace nwd::outcome
