#include "services/consent/london.h"

#include <gtest/gtest.h>

namespace nwd::consent {
namespace {

absl::Time Utc(int year, int month, int day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(year, month, day, hour, minute), absl::UTCTimeZone());
}

TEST(London, ASummerDayBeginsAnHourBeforeThatOfUtc) {
  EXPECT_EQ(DayOf(Utc(2026, 6, 30, 22, 59)), "2026-06-30");
  EXPECT_EQ(DayOf(Utc(2026, 6, 30, 23, 0)), "2026-07-01");
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 6, 30)), Utc(2026, 6, 30, 23, 0));
}

TEST(London, AWinterDayIsThatOfUtc) {
  EXPECT_EQ(DayOf(Utc(2026, 12, 1, 0, 0)), "2026-12-01");
  EXPECT_EQ(EndOf(absl::CivilDay(2026, 12, 1)), Utc(2026, 12, 2, 0, 0));
}

TEST(London, IsKnownHere) { EXPECT_TRUE(CheckLondon().ok()) << CheckLondon(); }

}  // namespace
}  // namespace nwd::consent
