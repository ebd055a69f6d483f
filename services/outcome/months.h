// Months, as whole numbers in order: year * 12 + (month - 1). A day or month is one of London's calendar. Pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/calendar/london.h"

namespace nwd::outcome {

using Month = int64_t;

inline constexpr int kMonthsAYear = 12;
inline constexpr int kMonthsAQuarter = 3;

constexpr int64_t YearOf(Month month) { return month / kMonthsAYear; }
constexpr Month FirstMonthOf(int64_t year) { return year * kMonthsAYear; }
// 0 for January.
constexpr int PlaceInYear(Month month) { return static_cast<int>(month % kMonthsAYear); }

inline Month MonthOf(absl::CivilDay day) { return day.year() * kMonthsAYear + (day.month() - 1); }

inline Month MonthOf(absl::Time time) { return MonthOf(calendar::DayOf(time)); }

// "2026-03"; nothing for what is no month.
std::optional<Month> ParseMonth(std::string_view text);
std::string MonthText(Month month);

}  // namespace nwd::outcome
