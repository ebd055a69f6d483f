#include "common/facts/calendar.h"

#include <algorithm>

#include "common/base/check.h"

namespace nwd::facts {

Calendar::Calendar(std::vector<BankHoliday> bank_holidays) : bank_holidays_(std::move(bank_holidays)) {
  NWD_CHECK(!bank_holidays_.empty());
  const auto out_of_order = [](const BankHoliday& a, const BankHoliday& b) { return a.date >= b.date; };
  NWD_CHECK(std::adjacent_find(bank_holidays_.begin(), bank_holidays_.end(), out_of_order) == bank_holidays_.end());
}

const BankHoliday* Calendar::FindBankHoliday(absl::CivilDay day) const {
  const auto it =
      std::lower_bound(bank_holidays_.begin(), bank_holidays_.end(), day,
                       [](const BankHoliday& holiday, absl::CivilDay wanted) { return holiday.date < wanted; });
  return it != bank_holidays_.end() && it->date == day ? &*it : nullptr;
}

bool Calendar::IsWorkingDay(absl::CivilDay day) const {
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday && FindBankHoliday(day) == nullptr;
}

absl::CivilDay Calendar::AddWorkingDays(absl::CivilDay day, int days) const {
  NWD_CHECK(days >= 0);
  if (days == 0) {
    while (!IsWorkingDay(day)) ++day;
    return day;
  }
  for (int left = days; left > 0;) {
    ++day;
    if (IsWorkingDay(day)) --left;
  }
  return day;
}

int Calendar::WorkingDaysBetween(absl::CivilDay from, absl::CivilDay to) const {
  int days = 0;
  for (absl::CivilDay day = from + 1; day <= to; ++day) {
    if (IsWorkingDay(day)) ++days;
  }
  return days;
}

absl::CivilDay Calendar::KnownUntil() const { return absl::CivilDay(bank_holidays_.back().date.year(), 12, 31); }

}  // namespace nwd::facts
