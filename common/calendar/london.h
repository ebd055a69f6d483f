// Days as London has them: in summer they begin and end an hour before those of UTC. Whatever the suite says in days is
// said in London's. Thread-safe.
#pragma once

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace nwd::calendar {

// FAILED_PRECONDITION where the machine does not know London's time. Asked once, at start, by whoever counts in days.
absl::Status CheckLondon();

// London's time zone; UTC where the machine does not know it.
absl::TimeZone London();

// The day it is in London at `time`.
inline absl::CivilDay DayOf(absl::Time time) { return absl::ToCivilDay(time, London()); }

// The moment at which the day is over in London.
inline absl::Time EndOf(absl::CivilDay day) { return absl::FromCivil(day + 1, London()); }

}  // namespace nwd::calendar
