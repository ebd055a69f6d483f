// Disclosure control: what of exact figures may be printed, so that nobody can be recognised in them. Pure functions
// over one calendar year of one counter.
//
// Alone, a figure of 0 is printed as zero, 1 to 7 is suppressed, 8 and more is rounded to the nearest 5 (the rule of
// NHS Digital's Hospital Episode Statistics). A whole is rounded from its own exact value, not added up from rounded
// parts.
//
// Together, figures give each other away: cells add up to their whole, months to quarters, quarters to the year. So a
// suppressed figure counts as safe only if somebody who knows these rules, every printed figure of the year, every sum
// among them, and what earlier releases showed of figures that have not changed since, cannot narrow it down to fewer
// than kSpanMin values. That somebody is even taken to know which suppressed figures are 1 to 7. Where a figure is not
// safe, others are suppressed too: the smallest that help, cells before wholes. Where no figure of 8 and more can help
// (a whole of 7 made of seven cells of 1; a year of 7 with some in every quarter), the zeros of a row are suppressed as
// well: which are zero would give the others away.
//
// flow.h has the computation, which is exact within a cut; between cuts of the same whole, what one implies of the
// whole bounds the other.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "services/outcome/flow.h"

namespace nwd::outcome {

inline constexpr int64_t kSuppressBelow = 8;
inline constexpr int64_t kRoundTo = 5;
// The least number of values that a suppressed figure must be able to have.
inline constexpr int64_t kSpanMin = 5;
inline constexpr int64_t kPercentFrom = 8;

enum class Shown : uint8_t { kMissing, kZero, kRounded, kSuppressed };

// A figure as it is printed; `value` where rounded.
struct Published {
  Shown shown = Shown::kMissing;
  int64_t value = 0;
  bool operator==(const Published&) const = default;
};

int64_t RoundedToFive(int64_t exact);
// What may be printed of a figure that stands alone.
Published PublishAlone(int64_t exact);
// In percent, from the printed parts: only where both are printed and the whole is at least kPercentFrom.
std::optional<double> PercentOf(Published part, Published whole);

// The periods of a year as places in an array: months, then quarters, then the year.
inline constexpr int kMonthSlots = 12;
inline constexpr int kQuarterSlots = 4;
inline constexpr int kFirstQuarterSlot = kMonthSlots;
inline constexpr int kYearSlot = kMonthSlots + kQuarterSlots;
inline constexpr int kSlots = kYearSlot + 1;

constexpr int QuarterSlotOf(int month_slot) { return kFirstQuarterSlot + month_slot / 3; }

// One figure: a cell, or the whole, in one period.
struct Figure {
  int64_t exact = 0;
  // Comes with kMissing where it is not to be printed (no data, period not over); anything else is decided by Protect.
  Shown shown = Shown::kZero;
  // In: what outsiders know from earlier releases, where the figure has not changed.
  Bounds known;
  // Out: what they can work out now.
  Bounds learned;
  // In: an earlier release suppressed it and it has not changed: it stays so.
  bool stays_suppressed = false;

  Published published() const { return {shown, shown == Shown::kRounded ? RoundedToFive(exact) : 0}; }
};

// A cell's, or the whole's, year. The caller fills the months; AddUp the rest.
using Series = std::array<Figure, kSlots>;
void AddUp(Series& series);

struct YearOfFigures {
  Series whole;
  // Cuts whose cells add up to the whole; each cell a series. None for groups that overlap: each of these is a whole of
  // its own.
  std::vector<std::vector<Series>> cuts;
};

// Decides what is printed of every figure. `earlier`: the same year as earlier releases printed it, with the same
// cells, as this function left them; two releases may be set against each other (comparison.h).
void Protect(YearOfFigures& year, const std::vector<YearOfFigures>& earlier = {});

}  // namespace nwd::outcome
