#include "common/calendar/working_calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "common/calendar/london.h"

namespace nwd::calendar {
namespace {

using ::testing::HasSubstr;
using Day = absl::CivilDay;

// England's bank holidays from spring 2025 to Christmas.
WorkingCalendar England() {
  absl::StatusOr<WorkingCalendar> calendar =
      WorkingCalendar::FromHolidays({Day(2025, 4, 18), Day(2025, 4, 21), Day(2025, 5, 5), Day(2025, 5, 26),
                                     Day(2025, 8, 25), Day(2025, 12, 25), Day(2025, 12, 26)});
  EXPECT_TRUE(calendar.ok()) << calendar.status();
  return *std::move(calendar);
}

// A time by London's clock, as "2025-04-17 16:30".
absl::Time London(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", text, calendar::London(), &time, &error)) << error;
  return time;
}

struct Sum {
  const char* from;
  int count;
  const char* to;
  const char* why;
};

TEST(WorkingCalendar, AddsWorkingDays) {
  const WorkingCalendar england = England();
  const std::vector<Sum> sums = {
      {"2025-04-14 09:00", 0, "2025-04-14 09:00", "nothing to add"},
      {"2025-04-14 09:00", 2, "2025-04-16 09:00", "within a week"},
      {"2025-04-11 16:30", 1, "2025-04-14 16:30", "over a weekend"},
      {"2025-04-17 16:30", 1, "2025-04-22 16:30", "over Easter"},
      {"2025-04-19 11:00", 1, "2025-04-22 11:00", "from a day off, the next working day is the first"},
      {"2025-04-19 11:00", 0, "2025-04-19 11:00", "no days leave a day off as it is"},
      {"2025-12-24 10:00", 10, "2026-01-09 10:00",
       "over Christmas and two weekends; New Year's Day is beyond the list"},
      {"2025-03-28 10:00", 1, "2025-03-31 10:00", "the clocks go forward in between"},
      {"2025-10-24 10:00", 1, "2025-10-27 10:00", "the clocks go back in between"},
      {"2025-06-16 00:30", 1, "2025-06-17 00:30", "summer: UTC is still on the day before"},
  };
  for (const Sum& sum : sums) {
    EXPECT_EQ(england.AddWorkingDays(London(sum.from), sum.count), London(sum.to)) << sum.why;
  }
}

TEST(WorkingCalendar, CountsWorkingDaysBetween) {
  const WorkingCalendar england = England();
  EXPECT_EQ(england.WorkingDaysBetween(London("2025-04-17 09:00"), London("2025-04-22 08:00")), 1);
  EXPECT_EQ(england.WorkingDaysBetween(London("2025-04-17 09:00"), London("2025-04-21 23:00")), 0) << "Easter";
  EXPECT_EQ(england.WorkingDaysBetween(London("2025-04-14 00:00"), London("2025-04-14 23:59")), 0) << "the same day";
  EXPECT_EQ(england.WorkingDaysBetween(London("2025-04-16 09:00"), London("2025-04-14 09:00")), -2) << "backwards";
  for (const int days : {0, 1, 7, 30, 200}) {
    const absl::Time start = London("2025-04-14 09:00");
    EXPECT_EQ(england.WorkingDaysBetween(start, england.AddWorkingDays(start, days)), days);
  }
  EXPECT_EQ(england.WorkingDaysBetween(London("2025-04-14 09:00"), absl::InfiniteFuture()), kMaxDaysAhead);
}

TEST(WorkingCalendar, AddsCalendarMonths) {
  const WorkingCalendar england = England();
  const std::vector<Sum> sums = {
      {"2025-03-10 09:00", 1, "2025-04-10 09:00", "the same day of the next month"},
      {"2025-01-31 09:00", 1, "2025-02-28 09:00", "the last day of a shorter month"},
      {"2025-03-12 09:00", 1, "2025-04-14 09:00", "a Saturday moves to Monday"},
      {"2025-03-18 09:00", 1, "2025-04-22 09:00", "Good Friday moves past Easter Monday"},
      {"2025-11-25 09:00", 1, "2025-12-29 09:00", "Christmas moves past Boxing Day and the weekend"},
      {"2025-12-10 09:00", 3, "2026-03-10 09:00", "over the year's end"},
      {"2027-01-30 09:00", 13, "2028-02-29 09:00", "a leap year"},
  };
  for (const Sum& sum : sums) {
    EXPECT_EQ(england.AddCalendarMonths(London(sum.from), sum.count), London(sum.to)) << sum.why;
  }
}

class WorkingCalendarFile : public ::testing::Test {
 protected:
  absl::StatusOr<WorkingCalendar> Load(const std::string& text) {
    const std::string path = ::testing::TempDir() + "/nwd_holidays_" + std::to_string(getpid()) + ".csv";
    std::ofstream(path) << text;
    absl::StatusOr<WorkingCalendar> calendar = WorkingCalendar::Load(path);
    std::remove(path.c_str());
    return calendar;
  }
};

TEST_F(WorkingCalendarFile, IsReadWithWindowsLineEndsAndCommasInNames) {
  const absl::StatusOr<WorkingCalendar> calendar =
      Load("date,name\r\n2025-12-25,Christmas Day\r\n\r\n2022-09-19,\"State funeral, Queen Elizabeth II\"\r\n");
  ASSERT_TRUE(calendar.ok()) << calendar.status();
  EXPECT_FALSE(calendar->IsWorkingDay(Day(2025, 12, 25)));
  EXPECT_FALSE(calendar->IsWorkingDay(Day(2022, 9, 19)));
  EXPECT_TRUE(calendar->IsWorkingDay(Day(2025, 12, 24)));
  EXPECT_EQ(calendar->last_holiday(), Day(2025, 12, 25));
}

TEST_F(WorkingCalendarFile, NamesTheLineThatIsWrong) {
  for (const char* line :
       {"25/12/2025,Christmas Day", "2025-02-30,No such day", "2025-12-25", "Christmas Day,2025-12-25"}) {
    const absl::Status status = Load(absl::StrCat("date,name\n2025-01-01,New Year's Day\n", line, "\n")).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << line;
    EXPECT_THAT(std::string(status.message()), HasSubstr(":3: ")) << line;
  }
  EXPECT_EQ(Load("date,name\n").status().code(), absl::StatusCode::kInvalidArgument) << "an empty list";
  EXPECT_EQ(WorkingCalendar::Load("/absent.csv").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace nwd::calendar
