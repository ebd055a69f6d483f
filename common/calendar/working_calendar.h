// Working days in England: every day but Saturdays, Sundays and bank holidays, as civil days in Europe/London.
//
//   absl::StatusOr<WorkingCalendar> calendar = WorkingCalendar::Load("deploy/data/bank-holidays-england.csv");
//   absl::Time due = calendar->AddWorkingDays(sent, 10);
//
// Sums keep the time of day on London's clock: sent on Friday at 16:30, due in one working day on Monday at 16:30, also
// when the clocks change in between. A deadline that lasts until its day is over is EndOf the sum's day (london.h).
//
// Beyond the last holiday in the file only weekends are known: see last_holiday(). Thread-safe once made; cheap to
// move.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace nwd::calendar {

inline constexpr int kMaxDaysAhead = 10'000;  // of working days in one sum; about 40 years
inline constexpr int kMaxMonthsAhead = 1'200;

// The same day of the month `months` later, or that month's last day if it is shorter. `months` is 0 to kMaxMonthsAhead.
absl::CivilDay SameDayMonthsLater(absl::CivilDay day, int months);

class WorkingCalendar {
 public:
  // From a file whose first line is a header and every other `YYYY-MM-DD,name`. NOT_FOUND if it cannot be read,
  // INVALID_ARGUMENT naming the line that is wrong, FAILED_PRECONDITION if the machine has no time zone data.
  static absl::StatusOr<WorkingCalendar> Load(const std::string& path);

  // From a list of bank holidays, in any order.
  static absl::StatusOr<WorkingCalendar> FromHolidays(const std::vector<absl::CivilDay>& holidays);

  bool IsWorkingDay(absl::CivilDay day) const;

  // The `days`-th working day after this one, at the same time of day. From a day off, the next working day is the
  // first. No days: the same time. `days` is 0 to kMaxDaysAhead.
  absl::Time AddWorkingDays(absl::Time time, int days) const;

  // How many working days come after the day of `from`, up to and including the day of `to`; negative if `to` is on an
  // earlier day. WorkingDaysBetween(t, AddWorkingDays(t, n)) is n. Counts no further than kMaxDaysAhead, however far
  // apart they are.
  int WorkingDaysBetween(absl::Time from, absl::Time to) const;

  // The same day of the month `months` later, or that month's last day if it is shorter; if that is a day off, the next
  // working day. At the same time of day. `months` is 0 to kMaxMonthsAhead.
  absl::Time AddCalendarMonths(absl::Time time, int months) const;

  // The last day this calendar knows to be a bank holiday.
  absl::CivilDay last_holiday() const { return last_holiday_; }

 private:
  explicit WorkingCalendar(const std::vector<absl::CivilDay>& holidays);

  absl::flat_hash_set<absl::CivilDay> holidays_;
  absl::CivilDay last_holiday_;
};

}  // namespace nwd::calendar
