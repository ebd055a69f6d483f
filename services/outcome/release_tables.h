// What a release is made of: tables of cells, each one counter in one cut and period. Values, and how a figure under
// disclosure control becomes a stored cell and back. Pure functions; no threads.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/outcome/counts.h"
#include "services/outcome/disclosure.h"
#include "services/outcome/indicators.h"
#include "services/outcome/months.h"
#include "services/outcome/storage.pb.h"

namespace nwd::outcome {

using Cell = storage::FrozenTable::Cell;

// Where a table of a release is, apart from which release.
struct TablePlace {
  Counter counter;
  v1::Cut cut;
  int64_t year;
  int slot;
  auto operator<=>(const TablePlace&) const = default;
};

using Tables = std::map<TablePlace, storage::FrozenTable>;

// Everything a release is made from.
struct ReleaseSource {
  std::optional<storage::ReleaseRow> newest;
  std::vector<Tables> earlier;  // of releases before, the newest first
  std::map<Counter, Counts::All> figures;
  std::map<Counter, Month> began;  // absent where there are no figures yet
};

Cell CellOf(const std::string& key, const Figure& figure);
Shown ShownOf(v1::Count::Kind kind);
Published PublishedOf(const Cell& cell);
// What outsiders had worked out of the figure when it was printed.
Bounds LearnedOf(const Cell& cell);
// Null where the tables have nothing there.
const Cell* FindCell(const Tables& tables, const TablePlace& place, const std::string& key);

}  // namespace nwd::outcome
