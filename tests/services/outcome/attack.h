// Small tables of figures, as the tests of disclosure control make, print and attack them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "services/outcome/disclosure.h"
#include "tests/services/outcome/attacker.h"

namespace nwd::outcome {

// Tables of these tests lie in the first quarter: months 0 to 2, their quarter, and the year.
inline constexpr int kMonths = 3;
inline constexpr int kQuarter = kFirstQuarterSlot;
inline constexpr size_t kCells = 8;

inline Series SeriesOf(std::vector<int64_t> months, bool quarter_printed) {
  Series series;
  for (Figure& figure : series) figure.shown = Shown::kMissing;
  for (size_t month = 0; month < months.size(); ++month) {
    series[month].exact = months[month];
    series[month].shown = Shown::kZero;
  }
  AddUp(series);
  if (quarter_printed) series[kQuarter].shown = Shown::kZero;
  return series;
}

// By cell, by month. The whole is the sum.
using Exact = std::vector<std::vector<int64_t>>;

inline YearOfFigures YearOf(const std::vector<Exact>& cuts, bool quarter_printed) {
  YearOfFigures year;
  std::vector<int64_t> whole(cuts[0][0].size());
  for (const std::vector<int64_t>& cell : cuts[0]) {
    for (size_t month = 0; month < cell.size(); ++month) whole[month] += cell[month];
  }
  year.whole = SeriesOf(whole, quarter_printed);
  for (const Exact& cells : cuts) {
    std::vector<Series>& cut = year.cuts.emplace_back();
    for (const std::vector<int64_t>& cell : cells) cut.push_back(SeriesOf(cell, quarter_printed));
  }
  return year;
}

inline std::string Print(const Figure& figure) {
  switch (figure.shown) {
    case Shown::kMissing:
      return "-";
    case Shown::kZero:
      return "0";
    case Shown::kRounded:
      return std::to_string(RoundedToFive(figure.exact));
    case Shown::kSuppressed:
      return "*(" + std::to_string(figure.exact) + ")";
  }
  return "?";
}

inline std::string Print(const YearOfFigures& year) {
  std::string text;
  const auto add = [&text](const Series& series) {
    for (int month = 0; month < kMonths; ++month) text += Print(series[month]) + "\t";
    text += "| " + Print(series[kQuarter]) + "\n";
  };
  add(year.whole);
  for (const std::vector<Series>& cut : year.cuts) {
    text += "--\n";
    for (const Series& cell : cut) add(cell);
  }
  return text;
}

// Tells the attacker what is printed of one or more releases of a year, and asks what each suppressed figure can be.
class Attack {
 public:
  void Add(const YearOfFigures& year) {
    for (size_t cut = 0; cut < year.cuts.size(); ++cut) {
      for (int slot = 0; slot < kSlots; ++slot)
        zeros_hidden_[{releases_, cut, slot}] = HidesZeros(year.cuts[cut], slot);
    }
    // Wholes are said with the first cut; further cuts are said to add up to the same.
    for (size_t cut = 0; cut < year.cuts.size(); ++cut) {
      for (size_t cell = 0; cell < year.cuts[cut].size(); ++cell) {
        for (int month = 0; month < kMonths; ++month) UnknownOf(year, cut, cell, month);
        for (const int slot : {0, 1, 2, kQuarter})
          AddFigure(year.cuts[cut][cell][slot], Parts(year, cut, {cell}, slot), Hidden(cut, slot));
      }
      std::vector<size_t> all;
      for (size_t cell = 0; cell < year.cuts[cut].size(); ++cell) all.push_back(cell);
      for (const int slot : {0, 1, 2, kQuarter}) AddFigure(year.whole[slot], Parts(year, cut, all, slot), false);
    }
    ++releases_;
  }

  // Every suppressed figure can be kSpanMin values.
  ::testing::AssertionResult LearnsNothing() {
    for (const auto& [sum, exact] : targets_) {
      int64_t least = exact;
      int64_t most = exact;
      for (int64_t by = 1; by < kSpanMin && most - least + 1 < kSpanMin; ++by) {
        if (most == exact + by - 1 && attacker_.CanBe(sum, exact + by)) most = exact + by;
        if (least == exact - by + 1 && attacker_.CanBe(sum, exact - by)) least = exact - by;
      }
      if (attacker_.gave_up())
        return ::testing::AssertionFailure() << "the attacker ran out of patience: make the table smaller";
      if (most - least + 1 < kSpanMin) {
        return ::testing::AssertionFailure() << "a suppressed " << exact << " must be " << least << " to " << most;
      }
    }
    return ::testing::AssertionSuccess();
  }

 private:
  static bool HidesZeros(const std::vector<Series>& cells, int slot) {
    return std::any_of(cells.begin(), cells.end(), [slot](const Series& cell) {
      return cell[slot].exact == 0 && cell[slot].shown == Shown::kSuppressed;
    });
  }
  bool Hidden(size_t cut, int slot) { return zeros_hidden_[{releases_, cut, slot}]; }

  // A figure that has not changed since the release before is the same unknown.
  int UnknownOf(const YearOfFigures& year, size_t cut, size_t cell, int month) {
    const Figure& figure = year.cuts[cut][cell][month];
    const bool hidden_zero = figure.exact == 0 && figure.shown == Shown::kSuppressed;  // may as well have grown
    const auto [place, is_new] = unknowns_.try_emplace({cut, cell, month, hidden_zero ? -1 : figure.exact}, 0);
    if (is_new)
      place->second = attacker_.AddUnknown(std::max<int64_t>(0, figure.exact - 8),
                                           figure.shown == Shown::kMissing ? 0 : figure.exact + 8);
    return place->second;
  }

  std::vector<int> Parts(const YearOfFigures& year, size_t cut, const std::vector<size_t>& cells, int slot) {
    std::vector<int> parts;
    for (const size_t cell : cells) {
      for (int month = 0; month < kMonths; ++month) {
        if (slot == kQuarter || slot == month) parts.push_back(UnknownOf(year, cut, cell, month));
      }
    }
    return parts;
  }

  void AddFigure(const Figure& figure, const std::vector<int>& parts, bool zeros_hidden) {
    if (figure.shown == Shown::kMissing) return;
    int64_t low = 0;
    int64_t high = 0;
    if (figure.shown == Shown::kRounded) {
      const int64_t value = RoundedToFive(figure.exact);
      low = value == 10 ? 8 : value - 2;
      high = value + 2;
    } else if (figure.shown == Shown::kSuppressed) {
      low = zeros_hidden ? 0 : 1;
      high = figure.exact < 8 ? 7 : 1'000'000;  // it is even told which are small
    }
    const int sum = attacker_.AddSum(parts, low, high);
    if (figure.shown == Shown::kSuppressed) targets_.push_back({sum, figure.exact});
  }

  Attacker attacker_;
  std::map<std::tuple<size_t, size_t, int, int64_t>, int> unknowns_;
  std::map<std::tuple<int, size_t, int>, bool> zeros_hidden_;
  std::vector<std::pair<int, int64_t>> targets_;
  int releases_ = 0;
};

inline void NothingSmallIsPrinted(const YearOfFigures& year) {
  const auto check = [](const Series& series) {
    for (const Figure& figure : series) {
      if (figure.shown == Shown::kMissing) continue;
      if (figure.exact > 0 && figure.exact < 8) {
        EXPECT_EQ(figure.shown, Shown::kSuppressed);
      }
      if (figure.shown == Shown::kRounded) {
        EXPECT_GE(figure.published().value, 10);
        EXPECT_EQ(figure.published().value % 5, 0);
      }
      if (figure.shown == Shown::kZero) {
        EXPECT_EQ(figure.exact, 0);
      }
    }
  };
  check(year.whole);
  for (const std::vector<Series>& cut : year.cuts) {
    for (const Series& cell : cut) check(cell);
  }
}

// Random values as they come: mostly nobody, often a few, now and then many.
class Values {
 public:
  explicit Values(uint32_t seed) : random_(seed) {}
  int64_t Small() { return 1 + Below(7); }
  int64_t Any() { return Below(2) == 0 ? Small() : 8 + Below(15); }
  int64_t Below(int64_t limit) { return static_cast<int64_t>(random_() % static_cast<uint32_t>(limit)); }

  // `filled` places of the table are not zero.
  Exact Table(int months, int filled) {
    Exact exact(kCells, std::vector<int64_t>(months));
    for (int i = 0; i < filled; ++i) exact[Below(kCells)][Below(months)] = Any();
    return exact;
  }
  // Cells of another cut of the same people.
  Exact Regroup(const Exact& of, int cells) {
    Exact exact(kCells, std::vector<int64_t>(of[0].size()));
    for (const std::vector<int64_t>& cell : of) {
      for (size_t month = 0; month < cell.size(); ++month) {
        for (int64_t one = 0; one < cell[month]; ++one) ++exact[Below(cells)][month];
      }
    }
    return exact;
  }

 private:
  std::mt19937 random_;
};

}  // namespace nwd::outcome
