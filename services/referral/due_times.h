// Whose move it is and by when, and when the suite itself acts: worked out from a referral's state and its clocks.
//
//   SetDueTimes(referral, calendar);     // after every move; fills due_time_us, due_organisation_id and timer_time_us
//
// The decision clock: kDecideWithinDays working days from SENT or reopening. A question stops it; the answer gives back
// the working days that were left, at least one. Pure; thread-safe.
#pragma once

#include "absl/time/time.h"
#include "common/calendar/working_calendar.h"
#include "services/referral/storage.pb.h"

namespace nwd::referral {

void StartClock(storage::Referral& referral, absl::Time now, const calendar::WorkingCalendar& calendar);
void PauseClock(storage::Referral& referral, absl::Time now, const calendar::WorkingCalendar& calendar);
void ResumeClock(storage::Referral& referral, absl::Time now, const calendar::WorkingCalendar& calendar);

// From state, clocks, review day and update_time_us.
void SetDueTimes(storage::Referral& referral, const calendar::WorkingCalendar& calendar);

}  // namespace nwd::referral
