#include "common/calendar/london.h"

#include <gtest/gtest.h>

namespace nwd::calendar {
namespace {

absl::Time Utc(int year, int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), absl::UTCTimeZone());
}

TEST(London, ASummerDayBeginsAnHourBeforeThatOfUtc) {
  EXPECT_EQ(DayOf(Utc(2026, 6, 30, 22, 59)), absl::CivilDay(2026, 6, 30));
  EXPECT_EQ(DayOf(Utc(2026, 6, 30, 23, 0)), absl::CivilDay(2026, 7, 1));
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 6, 30)), Utc(2026, 6, 30, 23, 0));
}

TEST(London, AWinterDayIsThatOfUtc) {
  EXPECT_EQ(DayOf(Utc(2026, 12, 1, 0, 0)), absl::CivilDay(2026, 12, 1));
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 12, 1)), Utc(2026, 12, 2, 0, 0));
}

TEST(London, ADayEndsAtItsMidnightWhateverTheHour) {
  const absl::Time midnight = absl::FromCivil(absl::CivilDay(2025, 6, 17), London());
  EXPECT_EQ(EndOf(DayOf(midnight - absl::Minutes(30))), midnight);
  EXPECT_EQ(EndOf(DayOf(absl::FromCivil(absl::CivilDay(2025, 6, 16), London()))), midnight);
}

TEST(London, IsKnownHere) { EXPECT_TRUE(CheckLondon().ok()) << CheckLondon(); }

}  // namespace
}  // namespace nwd::calendar
