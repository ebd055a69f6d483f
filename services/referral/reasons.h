// The reasons of this service's errors, by their codes. `reasons::k…` finds those of common/status/reasons.h too. What a
// caller does about each is in docs/integrating.md.
#pragma once

#include "common/status/reasons.h"

namespace nwd::referral::reasons {

using namespace nwd::reasons;

// PERMISSION_DENIED.
inline constexpr char kWrongActor[] = "WRONG_ACTOR";

// NOT_FOUND.
inline constexpr char kNoSuchService[] = "NO_SUCH_SERVICE";

// FAILED_PRECONDITION.
inline constexpr char kAlreadyReferred[] = "ALREADY_REFERRED";
inline constexpr char kNoBasis[] = "NO_BASIS";
inline constexpr char kNoMissedAppointment[] = "NO_MISSED_APPOINTMENT";
inline constexpr char kNoOutcome[] = "NO_OUTCOME";
inline constexpr char kReopenedBefore[] = "REOPENED_BEFORE";
inline constexpr char kReopenTooLate[] = "REOPEN_TOO_LATE";
inline constexpr char kServiceFull[] = "SERVICE_FULL";
inline constexpr char kServiceNotTaking[] = "SERVICE_NOT_TAKING";
inline constexpr char kTooEarly[] = "TOO_EARLY";
inline constexpr char kTooManyAppointments[] = "TOO_MANY_APPOINTMENTS";
inline constexpr char kTooManyNotes[] = "TOO_MANY_NOTES";

// FAILED_PRECONDITION, of the suite's own moves only.
inline constexpr char kNotDue[] = "NOT_DUE";
inline constexpr char kNotNudged[] = "NOT_NUDGED";
inline constexpr char kNudgedBefore[] = "NUDGED_BEFORE";

}  // namespace nwd::referral::reasons
