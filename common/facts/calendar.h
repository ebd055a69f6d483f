// Working days in England: Monday to Friday without bank holidays. Immutable and thread-safe. A day is a civil day in
// London; which one an instant falls on is the caller's to say, with a time zone.
//
// Beyond the last bank holiday it was given, every Monday to Friday counts as a working day: KnownUntil says where that
// begins.
#pragma once

#include <string>
#include <vector>

#include "absl/time/civil_time.h"

namespace nwd::facts {

struct BankHoliday {
  absl::CivilDay date;
  std::string name;
};

class Calendar {
 public:
  // In order of date, no day twice.
  explicit Calendar(std::vector<BankHoliday> bank_holidays);

  // nullptr on any other day.
  const BankHoliday* FindBankHoliday(absl::CivilDay day) const;
  bool IsWorkingDay(absl::CivilDay day) const;

  // The working day that is `days` (not negative) working days after `day`; the day itself does not count. 0 gives
  // `day`, or the next working day if it is none: something due "in 2 working days" from Friday is due on Tuesday, from
  // Saturday too.
  absl::CivilDay AddWorkingDays(absl::CivilDay day, int days) const;

  // Working days after `from`, up to and including `to`; 0 if `to` is not later.
  int WorkingDaysBetween(absl::CivilDay from, absl::CivilDay to) const;

  // The last day of the last year with bank holidays.
  absl::CivilDay KnownUntil() const;

 private:
  std::vector<BankHoliday> bank_holidays_;
};

}  // namespace nwd::facts
