#include "common/calendar/working_calendar.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/csv/csv.h"

namespace nwd::calendar {
namespace {

constexpr char kTimeZone[] = "Europe/London";
constexpr size_t kDateLength = 10;  // YYYY-MM-DD

absl::CivilDay ThisOrNextWorkingDay(absl::CivilDay day, const WorkingCalendar& calendar) {
  while (!calendar.IsWorkingDay(day)) ++day;
  return day;
}

}  // namespace

absl::StatusOr<WorkingCalendar> WorkingCalendar::Load(const std::string& path) {
  std::vector<absl::CivilDay> holidays;
  const auto take = [&](const csv::Row& row) -> absl::Status {
    absl::CivilDay day;
    if (row[0].size() != kDateLength || !absl::ParseCivilTime(std::string(row[0]), &day)) {
      return absl::InvalidArgumentError(Cat("\"", row[0], "\" is not a day; write it as YYYY-MM-DD,name"));
    }
    holidays.push_back(day);
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(csv::ReadFile(path, {"date"}, take));
  if (holidays.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " lists no bank holiday; write a header, then one YYYY-MM-DD,name a line"));
  }
  return FromHolidays(holidays);
}

absl::StatusOr<WorkingCalendar> WorkingCalendar::FromHolidays(const std::vector<absl::CivilDay>& holidays) {
  absl::TimeZone london;
  if (!absl::LoadTimeZone(kTimeZone, &london)) {
    return absl::FailedPreconditionError(
        absl::StrCat("this machine does not know the time zone ", kTimeZone, "; install the package tzdata"));
  }
  return WorkingCalendar(london, holidays);
}

WorkingCalendar::WorkingCalendar(absl::TimeZone london, const std::vector<absl::CivilDay>& holidays)
    : london_(london), holidays_(holidays.begin(), holidays.end()) {
  if (!holidays.empty()) last_holiday_ = *std::max_element(holidays.begin(), holidays.end());
}

bool WorkingCalendar::IsWorkingDay(absl::CivilDay day) const {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday && !holidays_.contains(day);
}

absl::Time WorkingCalendar::AddWorkingDays(absl::Time time, int days) const {
  NWD_CHECK(days >= 0 && days <= kMaxDaysAhead);
  absl::CivilDay day = Day(time);
  for (int left = days; left > 0; --left) day = ThisOrNextWorkingDay(day + 1, *this);
  return days == 0 ? time : AtSameTimeOfDay(day, time);
}

int WorkingCalendar::WorkingDaysBetween(absl::Time from, absl::Time to) const {
  const absl::CivilDay start = Day(std::min(from, to));
  const absl::CivilDay end = Day(std::max(from, to));
  int days = 0;
  for (absl::CivilDay day = start + 1; day <= end && days < kMaxDaysAhead; ++day) days += IsWorkingDay(day);
  return from <= to ? days : -days;
}

absl::Time WorkingCalendar::AddCalendarMonths(absl::Time time, int months) const {
  NWD_CHECK(months >= 0 && months <= kMaxMonthsAhead);
  const absl::CivilDay start = Day(time);
  const absl::CivilMonth month = absl::CivilMonth(start) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  const absl::CivilDay same = absl::CivilDay(month) + (start.day() - 1);
  return AtSameTimeOfDay(ThisOrNextWorkingDay(std::min(same, last), *this), time);
}

absl::Time WorkingCalendar::AtSameTimeOfDay(absl::CivilDay day, absl::Time time) const {
  const absl::TimeZone::CivilInfo at = london_.At(time);
  const absl::CivilSecond second(day.year(), day.month(), day.day(), at.cs.hour(), at.cs.minute(), at.cs.second());
  return absl::FromCivil(second, london_) + at.subsecond;
}

}  // namespace nwd::calendar
