// Days as London has them: in summer they begin and end an hour before those of UTC. Everything here that is said in
// days is said in London's. Thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace nwd::consent {

// FAILED_PRECONDITION where the machine does not know London's time. The functions below need it; asked once, at start.
absl::Status CheckLondon();

// The day it is in London at `time`, as YYYY-MM-DD.
std::string DayOf(absl::Time time);

// The moment at which the day is over in London.
absl::Time EndOf(absl::CivilDay day);

}  // namespace nwd::consent
