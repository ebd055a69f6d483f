#include "services/outcome/release_year.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

namespace nwd::outcome {
namespace {

constexpr std::array kCuts{v1::CUT_BOROUGH, v1::CUT_PRIORITY_GROUP, v1::CUT_ENTRY_CHANNEL};

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
  CounterYear(const ReleaseSource& source, const facts::Facts& facts, const YearToPrint& asked)
      : source_(source),
        counter_(asked.counter),
        year_(asked.year),
        began_(source.began.at(asked.counter)),
        month_(asked.month) {
    whole_ = SeriesOf(v1::CUT_HUB, std::string(kWholeCell));
    if (!InfoOf(counter_).cuts) return;
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

}  // namespace

void PutYear(const ReleaseSource& source, const facts::Facts& facts, const YearToPrint& asked, Tables& tables) {
  CounterYear(source, facts, asked).PutInto(tables);
}

}  // namespace nwd::outcome
