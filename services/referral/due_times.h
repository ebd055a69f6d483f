// Whose move it is and by when, and when the suite itself acts: worked out from a referral's state and its clocks.
//
//   SetDueTimes(referral, timetable);     // after every move; fills due_time_us, due_organisation_id and timer_time_us
//
// The decision clock: decide_within_days working days from SENT or reopening. A question stops it; the answer gives
// back the working days that were left, at least one. Before a referral expires, by the clock or for want of an answer,
// there is one reminder, nudge_before_days ahead or, where less is left, at once. Pure; thread-safe.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/calendar/working_calendar.h"
#include "services/referral/limits.h"
#include "services/referral/storage.pb.h"

namespace nwd::referral {

// What times are counted with. The calendar outlives it.
struct Timetable {
  const calendar::WorkingCalendar& calendar;
  Times times = {};
};

// INVALID_ARGUMENT, in one sentence that names the program's options, where a hub's times contradict each other.
absl::Status CheckTimes(const Times& times);

void StartClock(storage::Referral& referral, absl::Time now, const Timetable& timetable);
void PauseClock(storage::Referral& referral, absl::Time now, const Timetable& timetable);
void ResumeClock(storage::Referral& referral, absl::Time now, const Timetable& timetable);

// From state, clocks, review day and update_time_us.
void SetDueTimes(storage::Referral& referral, const Timetable& timetable);

}  // namespace nwd::referral
