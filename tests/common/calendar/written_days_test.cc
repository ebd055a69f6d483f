#include "common/calendar/written_days.h"

#include <gtest/gtest.h>

namespace nwd::calendar {
namespace {

TEST(WrittenDays, AreReadAsTheyAreWritten) {
  for (const char* day : {"2026-02-28", "2024-02-29", "0001-01-01", "9999-12-31"}) {
    ASSERT_TRUE(ParseDay(day)) << day;
    EXPECT_EQ(*ParseDay(day), absl::CivilDay(std::stoi(day), std::stoi(day + 5), std::stoi(day + 8)));
  }
  EXPECT_EQ(ParseMonth("2026-03"), absl::CivilMonth(2026, 3));
}

TEST(WrittenDays, AreNothingInAnyOtherForm) {
  for (const char* wrong :
       {"", "2026-02-30", "2023-02-29", "2026-00-01", "2026-01-00", "2026-2-28", "2026-02", "2026-02-28x", "2026/02/28",
        " 2026-2-28", "2026-02- 8", "2026-02-+8", "2026-02--8", "-026-02-28", "0000-01-01", "20260228"}) {
    EXPECT_FALSE(ParseDay(wrong)) << wrong;
  }
  for (const char* wrong :
       {"", "2026", "2026-13", "2026-00", "2026-3", " 2026-3", "-026-03", "0000-03", "2026-03-01"}) {
    EXPECT_FALSE(ParseMonth(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace nwd::calendar
