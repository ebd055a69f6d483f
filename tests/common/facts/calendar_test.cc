#include "common/facts/calendar.h"

#include <gtest/gtest.h>

#include "tests/common/facts/project_facts.h"

namespace nwd::facts {
namespace {

using absl::CivilDay;

const Calendar& Days() { return ProjectFacts().calendar(); }

TEST(Calendar, KnowsBankHolidaysAndTheirSubstitutes) {
  EXPECT_EQ(Days().FindBankHoliday(CivilDay(2025, 4, 18))->name, "Good Friday");
  EXPECT_EQ(Days().FindBankHoliday(CivilDay(2026, 12, 28))->name, "Boxing Day (substitute day)");
  EXPECT_EQ(Days().FindBankHoliday(CivilDay(2026, 12, 26)), nullptr) << "a Saturday: its substitute is the holiday";
  EXPECT_NE(Days().FindBankHoliday(CivilDay(2028, 1, 3)), nullptr);
}

TEST(Calendar, EveryYearHasEightBankHolidaysOnWeekdays) {
  for (int year = 2024; year <= 2028; ++year) {
    int holidays = 0;
    for (CivilDay day(year, 1, 1); day.year() == year; ++day) {
      if (Days().FindBankHoliday(day) == nullptr) continue;
      ++holidays;
      EXPECT_NE(absl::GetWeekday(day), absl::Weekday::saturday) << day;
      EXPECT_NE(absl::GetWeekday(day), absl::Weekday::sunday) << day;
    }
    EXPECT_EQ(holidays, 8) << year;
  }
  EXPECT_EQ(Days().KnownUntil(), CivilDay(2028, 12, 31));
}

TEST(Calendar, AddsWorkingDaysPastWeekendsAndBankHolidays) {
  EXPECT_EQ(Days().AddWorkingDays(CivilDay(2025, 6, 4), 2), CivilDay(2025, 6, 6));
  EXPECT_EQ(Days().AddWorkingDays(CivilDay(2025, 6, 6), 2), CivilDay(2025, 6, 10)) << "over a weekend";
  EXPECT_EQ(Days().AddWorkingDays(CivilDay(2025, 6, 7), 2), CivilDay(2025, 6, 10)) << "from a Saturday";
  EXPECT_EQ(Days().AddWorkingDays(CivilDay(2025, 4, 17), 1), CivilDay(2025, 4, 22)) << "over Easter";
  EXPECT_EQ(Days().AddWorkingDays(CivilDay(2025, 4, 18), 0), CivilDay(2025, 4, 22));
  EXPECT_EQ(Days().AddWorkingDays(CivilDay(2025, 6, 4), 0), CivilDay(2025, 6, 4));
}

TEST(Calendar, CountsWorkingDaysAsItAddsThem) {
  const CivilDay start(2025, 12, 12);
  for (int days = 1; days <= 30; ++days) {
    EXPECT_EQ(Days().WorkingDaysBetween(start, Days().AddWorkingDays(start, days)), days);
  }
  EXPECT_EQ(Days().WorkingDaysBetween(start, start), 0);
  EXPECT_EQ(Days().WorkingDaysBetween(start, start - 5), 0);
}

}  // namespace
}  // namespace nwd::facts
