#include "services/outcome/release.h"

#include <algorithm>
#include <array>

#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/outcome/keys.h"
#include "services/outcome/limits.h"

namespace nwd::outcome {
namespace {

using Cell = storage::FrozenTable::Cell;

constexpr std::array kCuts{v1::CUT_BOROUGH, v1::CUT_PRIORITY_GROUP, v1::CUT_ENTRY_CHANNEL};

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

Bounds LearnedOf(const Cell& cell) {
  return {cell.known_low(), cell.known_high() < 0 ? Bounds::kNoLimit : cell.known_high()};
}

// Null where the tables have nothing there.
const Cell* FindCell(const Tables& tables, const TablePlace& place, const std::string& key) {
  const auto table = tables.find(place);
  if (table == tables.end()) return nullptr;
  const auto cell = std::ranges::find(table->second.cells(), key, &Cell::key);
  return cell == table->second.cells().end() ? nullptr : &*cell;
}

bool SameSeries(const Series& a, const Series& b) {
  return std::ranges::equal(a, b,
                            [](const Figure& x, const Figure& y) { return x.exact == y.exact && x.shown == y.shown; });
}

bool SameFigures(const YearOfFigures& a, const YearOfFigures& b) {
  return SameSeries(a.whole, b.whole) && std::ranges::equal(a.cuts, b.cuts, [](const auto& x, const auto& y) {
           return std::ranges::equal(x, y, SameSeries);
         });
}

// The months of a slot, within their year: first and last.
std::pair<int, int> MonthsOf(int slot) {
  if (slot == kYearSlot) return {0, kMonthSlots - 1};
  if (slot < kFirstQuarterSlot) return {slot, slot};
  const int first = (slot - kFirstQuarterSlot) * kMonthsAQuarter;
  return {first, first + kMonthsAQuarter - 1};
}

// A period is printed once it is over within the release, of what is known of it.
bool IsPrinted(int64_t year, int slot, Month began, Month month) {
  const Month last = FirstMonthOf(year) + MonthsOf(slot).second;
  return last <= month && last >= began;
}

// One year of one counter, and where each of its series goes.
class CounterYear {
 public:
  CounterYear(const ReleaseSource& source, const facts::Facts& facts, Counter counter, int64_t year, Month month)
      : source_(source), counter_(counter), year_(year), began_(source.began.at(counter)), month_(month) {
    whole_ = SeriesOf(v1::CUT_HUB, std::string(kWholeCell));
    if (!InfoOf(counter).cuts) return;
    for (const v1::Cut cut : kCuts) {
      for (const std::string& key : CellsOf(cut, facts)) {
        keys_[cut].push_back(key);
        cells_[cut].push_back(SeriesOf(cut, key));
      }
    }
  }

  void PutInto(Tables& tables) {
    if (UnchangedInto(tables)) return;
    ProtectTogether();
    for (auto& [cut, cells] : cells_) {
      if (!AddsUp(cut)) ProtectEach(cut, cells);
    }
    for (int slot = 0; slot < kSlots; ++slot) {
      if (!IsPrinted(year_, slot, began_, month_)) continue;
      *tables[Place(v1::CUT_HUB, slot)].add_cells() = CellOf(std::string(kWholeCell), whole_[slot]);
      for (const auto& [cut, cells] : cells_) {
        storage::FrozenTable& table = tables[Place(cut, slot)];
        *table.add_cells() = CellOf(std::string(kWholeCell), whole_[slot]);
        for (size_t cell = 0; cell < cells.size(); ++cell)
          *table.add_cells() = CellOf(keys_[cut][cell], cells[cell][slot]);
      }
    }
  }

 private:
  TablePlace Place(v1::Cut cut, int slot) const { return {counter_, cut, year_, slot}; }

  // The whole and the cuts that add up to it.
  void ProtectTogether() {
    YearOfFigures figures{.whole = whole_, .cuts = {}};
    std::vector<v1::Cut> adding;
    for (auto& [cut, cells] : cells_) {
      if (!AddsUp(cut)) continue;
      adding.push_back(cut);
      figures.cuts.push_back(std::move(cells));
    }
    Protect(figures, EarlierYears([&](const Tables& tables) {
              YearOfFigures year{.whole = SeriesIn(tables, v1::CUT_HUB, std::string(kWholeCell)), .cuts = {}};
              for (const v1::Cut cut : adding) {
                std::vector<Series>& cells = year.cuts.emplace_back();
                for (const std::string& key : keys_[cut]) cells.push_back(SeriesIn(tables, cut, key));
              }
              return year;
            }));
    whole_ = figures.whole;
    for (size_t i = 0; i < adding.size(); ++i) cells_[adding[i]] = std::move(figures.cuts[i]);
  }

  // Cells that overlap: each stands alone.
  void ProtectEach(v1::Cut cut, std::vector<Series>& cells) {
    for (size_t cell = 0; cell < cells.size(); ++cell) {
      YearOfFigures alone{.whole = cells[cell], .cuts = {}};
      Protect(alone, EarlierYears([&](const Tables& tables) {
                return YearOfFigures{.whole = SeriesIn(tables, cut, keys_[cut][cell]), .cuts = {}};
              }));
      cells[cell] = alone.whole;
    }
  }

  // As earlier releases printed it, without those that printed the same as one after them.
  template <class YearIn>
  std::vector<YearOfFigures> EarlierYears(const YearIn& year_in) const {
    std::vector<YearOfFigures> years;
    for (const Tables& tables : source_.earlier) {
      YearOfFigures year = year_in(tables);
      if (years.empty() || !SameFigures(years.back(), year)) years.push_back(std::move(year));
    }
    return years;
  }

  Series SeriesIn(const Tables& tables, v1::Cut cut, const std::string& key) const {
    Series series;
    for (int slot = 0; slot < kSlots; ++slot) {
      const Cell* cell = FindCell(tables, Place(cut, slot), key);
      series[slot].shown = cell == nullptr ? Shown::kMissing : ShownOf(cell->shown());
      if (cell == nullptr) continue;
      series[slot].exact = cell->exact();
      series[slot].learned = LearnedOf(*cell);
    }
    return series;
  }

  const Cell* Before(v1::Cut cut, int slot, const std::string& key) const {
    return source_.earlier.empty() ? nullptr : FindCell(source_.earlier.front(), Place(cut, slot), key);
  }

  Series SeriesOf(v1::Cut cut, const std::string& key) {
    Series series;
    const auto all = source_.figures.find(counter_);
    if (all != source_.figures.end() && all->second.contains(cut)) {
      const auto& by_cell = all->second.at(cut);
      const auto by_month = by_cell.find(key);
      for (int slot = 0; slot < kMonthSlots && by_month != by_cell.end(); ++slot) {
        const Month month = FirstMonthOf(year_) + slot;
        const auto count = by_month->second.find(month);
        if (count != by_month->second.end() && month >= began_ && month <= month_) series[slot].exact = count->second;
      }
    }
    AddUp(series);
    for (int slot = 0; slot < kSlots; ++slot) {
      Figure& figure = series[slot];
      const Cell* before = Before(cut, slot, key);
      if (!IsPrinted(year_, slot, began_, month_)) {
        figure.shown = Shown::kMissing;
        unchanged_ &= before == nullptr;
        continue;
      }
      if (before == nullptr || before->exact() != figure.exact) {
        unchanged_ = false;
        continue;
      }
      figure.known = LearnedOf(*before);
      figure.stays_suppressed = before->shown() == v1::Count::KIND_SUPPRESSED;
    }
    return series;
  }

  // Nothing has changed since the newest release: what it printed stands.
  bool UnchangedInto(Tables& tables) const {
    if (!unchanged_ || source_.earlier.empty()) return false;
    const Tables& newest = source_.earlier.front();
    for (auto table = newest.lower_bound({counter_, v1::CUT_UNSPECIFIED, 0, 0});
         table != newest.end() && table->first.counter == counter_; ++table) {
      if (table->first.year == year_) tables.insert(*table);
    }
    return true;
  }

  const ReleaseSource& source_;
  const Counter counter_;
  const int64_t year_;
  const Month began_;
  const Month month_;
  bool unchanged_ = true;
  Series whole_;
  std::map<v1::Cut, std::vector<std::string>> keys_;
  std::map<v1::Cut, std::vector<Series>> cells_;
};

std::string KeyOf(ids::Uuid release, const TablePlace& place) {
  return keys::Frozen(release, place.counter, place.cut, place.year, place.slot);
}

absl::StatusOr<ids::Uuid> IdOf(const storage::ReleaseRow& release) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(release.release_id());
  if (!id) return absl::DataLossError("a stored release has no id");
  return *id;
}

absl::StatusOr<storage::ReleaseRow> BySequence(const store::Reader& reader, int64_t sequence) {
  std::string bytes;
  NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(keys::ReleaseBySequence(sequence), &bytes));
  const std::optional<ids::Uuid> id = present ? ids::Uuid::FromBytes(bytes) : std::nullopt;
  std::optional<storage::ReleaseRow> release;
  if (id) {
    NWD_ASSIGN_OR_RETURN(release, Releases::Find(reader, *id));
  }
  if (!release) return absl::DataLossError("a release in the order of releases is not there");
  return *std::move(release);
}

absl::StatusOr<Tables> TablesOf(const store::Reader& reader, const storage::ReleaseRow& release) {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf(release));
  Tables tables;
  absl::Status fault;
  const std::string prefix = keys::FrozenOf(id);
  NWD_RETURN_IF_ERROR(reader.Scan(
      store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view value) {
        store::KeyReader parts(key);
        std::string_view bytes;
        uint64_t counter = 0, cut = 0, year = 0, slot = 0;
        absl::StatusOr<storage::FrozenTable> table = store::ParseValue<storage::FrozenTable>(key, value);
        if (!parts.Bytes(ids::Uuid::kSizeBytes, &bytes) || !parts.Number(&counter) || !parts.Number(&cut) ||
            !parts.Number(&year) || !parts.Number(&slot)) {
          fault = absl::DataLossError("a stored table has a key of another form");
        } else if (!table.ok()) {
          fault = table.status();
        } else {
          tables[{static_cast<Counter>(counter), static_cast<v1::Cut>(cut), static_cast<int64_t>(year),
                  static_cast<int>(slot)}] = *std::move(table);
        }
        return fault.ok() ? store::Visit::kContinue : store::Visit::kStop;
      }));
  NWD_RETURN_IF_ERROR(fault);
  return tables;
}

}  // namespace

Published PublishedOf(const Cell& cell) { return {ShownOf(cell.shown()), cell.value()}; }

absl::StatusOr<std::optional<storage::ReleaseRow>> Releases::Newest(const store::Reader& reader) {
  std::optional<ids::Uuid> newest;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Releases()), store::Direction::kForward,
                                  [&](std::string_view, std::string_view value) {
                                    newest = ids::Uuid::FromBytes(value);
                                    return store::Visit::kStop;
                                  }));
  if (!newest) return std::nullopt;
  return Find(reader, *newest);
}

absl::StatusOr<std::optional<storage::ReleaseRow>> Releases::Find(const store::Reader& reader, ids::Uuid release) {
  return store::Find<storage::ReleaseRow>(reader, keys::Release(release));
}

absl::StatusOr<ReleaseSource> Releases::Read(const store::Reader& reader) {
  ReleaseSource source;
  NWD_ASSIGN_OR_RETURN(source.newest, Newest(reader));
  const int64_t newest = source.newest ? source.newest->sequence() : 0;
  for (int64_t sequence = newest; sequence > std::max<int64_t>(0, newest - kReleasesComparedMax); --sequence) {
    NWD_ASSIGN_OR_RETURN(const storage::ReleaseRow release, BySequence(reader, sequence));
    NWD_ASSIGN_OR_RETURN(Tables tables, TablesOf(reader, release));
    source.earlier.push_back(std::move(tables));
  }
  for (const CounterInfo& info : outcome::Counters()) {
    NWD_ASSIGN_OR_RETURN(const std::optional<Month> began, Counts::BeganIn(reader, info.source));
    if (!began) continue;
    source.began[info.counter] = *began;
    NWD_ASSIGN_OR_RETURN(source.figures[info.counter], Counts::ReadAll(reader, info.counter));
  }
  return source;
}

Tables Releases::Compute(const ReleaseSource& source, Month month) const {
  Tables tables;
  for (const auto& [counter, began] : source.began) {
    const int64_t last = YearOf(month);
    for (int64_t year = std::max(YearOf(began), last - kReleaseYearsMax + 1); year <= last; ++year) {
      CounterYear(source, facts_, counter, year, month).PutInto(tables);
    }
  }
  return tables;
}

absl::Status Releases::Write(store::Txn& txn, const ReleaseSource& source, const Tables& tables,
                             const storage::ReleaseRow& release) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::ReleaseRow> newest, Newest(txn));
  const int64_t sequence = newest ? newest->sequence() : 0;
  const int64_t expected = source.newest ? source.newest->sequence() : 0;
  if (sequence != expected) {
    return status::Error(absl::StatusCode::kAborted, "RELEASE_IN_BETWEEN",
                         "another release was made at the same time; try again");
  }
  NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf(release));
  storage::ReleaseRow row = release;
  row.set_sequence(sequence + 1);
  store::PutMessage(txn, keys::Release(id), row);
  txn.Put(keys::ReleaseBySequence(row.sequence()), id.bytes());
  for (const auto& [place, table] : tables) store::PutMessage(txn, KeyOf(id, place), table);
  return absl::OkStatus();
}

absl::StatusOr<storage::FrozenTable> Releases::Table(const store::Reader& reader, const storage::ReleaseRow& release,
                                                     const TablePlace& place) const {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf(release));
  NWD_ASSIGN_OR_RETURN(std::optional<storage::FrozenTable> found,
                       store::Find<storage::FrozenTable>(reader, KeyOf(id, place)));
  if (found) return *std::move(found);
  storage::FrozenTable missing;
  Figure nothing;
  nothing.shown = Shown::kMissing;
  *missing.add_cells() = CellOf(std::string(kWholeCell), nothing);
  for (const std::string& key : CellsOf(place.cut, facts_)) *missing.add_cells() = CellOf(key, nothing);
  return missing;
}

TablePlace Releases::PlaceOf(Counter counter, v1::Cut cut, v1::Period period, Month month) {
  TablePlace place{counter, cut == v1::CUT_UNSPECIFIED ? v1::CUT_HUB : cut, YearOf(month), PlaceInYear(month)};
  if (period == v1::PERIOD_QUARTER) place.slot = QuarterSlotOf(PlaceInYear(month));
  if (period == v1::PERIOD_YEAR) place.slot = kYearSlot;
  return place;
}

}  // namespace nwd::outcome
