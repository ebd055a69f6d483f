#include "common/calendar/working_calendar.h"

#include <algorithm>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
#include "common/csv/csv.h"

namespace nwd::calendar {
namespace {

absl::CivilDay ThisOrNextWorkingDay(absl::CivilDay day, const WorkingCalendar& calendar) {
  while (!calendar.IsWorkingDay(day)) ++day;
  return day;
}

absl::Time AtSameTimeOfDay(absl::CivilDay day, absl::Time time) {
  const absl::TimeZone::CivilInfo at = London().At(time);
  const absl::CivilSecond second(day.year(), day.month(), day.day(), at.cs.hour(), at.cs.minute(), at.cs.second());
  return absl::FromCivil(second, London()) + at.subsecond;
}

}  // namespace

absl::CivilDay SameDayMonthsLater(absl::CivilDay day, int months) {
  NWD_CHECK(months >= 0 && months <= kMaxMonthsAhead);
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

absl::StatusOr<WorkingCalendar> WorkingCalendar::Load(const std::string& path) {
  std::vector<absl::CivilDay> holidays;
  const auto take = [&](const csv::Row& row) -> absl::Status {
    const std::optional<absl::CivilDay> day = ParseDay(row[0]);
    if (!day) {
      return absl::InvalidArgumentError(Cat("\"", row[0], "\" is not a day; write it as YYYY-MM-DD,name"));
    }
    holidays.push_back(*day);
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
  NWD_RETURN_IF_ERROR(CheckLondon());
  return WorkingCalendar(holidays);
}

WorkingCalendar::WorkingCalendar(const std::vector<absl::CivilDay>& holidays)
    : holidays_(holidays.begin(), holidays.end()) {
  if (!holidays.empty()) last_holiday_ = *std::max_element(holidays.begin(), holidays.end());
}

bool WorkingCalendar::IsWorkingDay(absl::CivilDay day) const {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday && !holidays_.contains(day);
}

absl::Time WorkingCalendar::AddWorkingDays(absl::Time time, int days) const {
  NWD_CHECK(days >= 0 && days <= kMaxDaysAhead);
  absl::CivilDay day = DayOf(time);
  for (int left = days; left > 0; --left) day = ThisOrNextWorkingDay(day + 1, *this);
  return days == 0 ? time : AtSameTimeOfDay(day, time);
}

int WorkingCalendar::WorkingDaysBetween(absl::Time from, absl::Time to) const {
  const absl::CivilDay start = DayOf(std::min(from, to));
  const absl::CivilDay end = DayOf(std::max(from, to));
  int days = 0;
  for (absl::CivilDay day = start + 1; day <= end && days < kMaxDaysAhead; ++day) days += IsWorkingDay(day);
  return from <= to ? days : -days;
}

absl::Time WorkingCalendar::AddCalendarMonths(absl::Time time, int months) const {
  return AtSameTimeOfDay(ThisOrNextWorkingDay(SameDayMonthsLater(DayOf(time), months), *this), time);
}

}  // namespace nwd::calendar
