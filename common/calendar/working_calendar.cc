#include "common/calendar/working_calendar.h"

#include <algorithm>
#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"

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
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(
        absl::StrCat("cannot read the bank holidays from ", path, "; name a file of lines YYYY-MM-DD,name"));
  }
  std::vector<absl::CivilDay> holidays;
  std::string line;
  std::getline(file, line);  // the header
  for (int number = 2; std::getline(file, line); ++number) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    if (stripped.empty()) continue;
    const std::pair<std::string, std::string> fields = absl::StrSplit(stripped, absl::MaxSplits(',', 1));
    absl::CivilDay day;
    if (fields.first.size() != kDateLength || fields.second.empty() || !absl::ParseCivilTime(fields.first, &day)) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " of ", path, " is \"", stripped, "\"; write it as YYYY-MM-DD,name"));
    }
    holidays.push_back(day);
  }
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
