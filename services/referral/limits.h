// The referral service's numbers, all in one place.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace nwd::referral {

// Times in which somebody should move, in working days where nothing else is said. These are the defaults; a hub
// chooses its own by options of the program.
struct Times {
  int receive_within_days = 2;  // SENT: looked at
  int decide_within_days = 10;  // SENT, RECEIVED: taken on or not, pauses not counted; then it expires
  int answer_within_days = 10;  // INFO_REQUESTED: answered; then it expires
  int start_within_days = 15;   // from SENT: support has started
  int close_within_days = 10;   // after an end: acknowledged by the referrer; then the suite closes it
  int nudge_before_days = 2;    // before it expires: whose move it is is reminded
  int draft_kept_calendar_days = 90;
  int reopen_within_calendar_days = 30;
};
inline constexpr int kDaysMin = 1, kDaysMax = 365;  // of each of these

inline absl::Duration CalendarDays(int days) { return absl::Hours(24) * days; }

// Services offered to the referrer after a decline, and how long they are looked for.
inline constexpr int kAlternativesMax = 3;
inline constexpr int kAlternativesLookedAt = 20;
inline constexpr absl::Duration kAlternativesTimeout = absl::Milliseconds(500);

// How long a list of one person's referrals waits to learn by which other references the caller knows them.
inline constexpr absl::Duration kOtherRefsTimeout = absl::Seconds(1);

// Rows one list call may look at for a page; a page that met the limit is short and its token goes on.
inline constexpr int kRowsPerPageMax = 2000;
inline constexpr int kForgottenAtOnce = 50;  // referrals of an erased person, in one transaction
inline constexpr int kForgetThreads = 1;     // that rewrite the files of keys
inline constexpr int kForgetWaitingMax = 4;
// Of a page of what is held about a person: well within a message.
inline constexpr size_t kPersonPageBytesMax = 2 * 1024 * 1024;
inline constexpr int kNotesPerReferralMax = 1000;
inline constexpr int kAppointmentsPerReferralMax = 200;
inline constexpr absl::Duration kBookAheadMax = absl::Hours(24 * 366);
inline constexpr int kStartAheadDaysMax = 366;  // expected_start_on and review_on
// A person who comes before the hour can be recorded as there; nobody can be late or missing before it.
inline constexpr absl::Duration kEarlyArrivalMax = absl::Hours(1);

// The suite's own work.
inline constexpr absl::Duration kJanitorPause = absl::Seconds(5);
inline constexpr absl::Duration kEndedBasesPause = absl::Seconds(1);
inline constexpr int kTimersPerRound = 200;
inline constexpr int kReferralsPerConsentRound = 200;
inline constexpr int kSplitPeopleAtOnce = 100;  // whose referrals one walk through all of them looks for
inline constexpr absl::Duration kPeerTimeout = absl::Seconds(5);      // calls that no caller waits for
inline constexpr absl::Duration kFollowUpTimeout = absl::Seconds(3);  // opening access before the reply
// From closing access to the move it was closed for; after that the move counts as never made.
inline constexpr absl::Duration kClosingTakesMax = absl::Minutes(1);
inline constexpr int kClosingsPerRound = 200;
// A referral that a renewed consent leaves out is looked at again after this: what was in the way may have passed (its
// time had not come, nobody had corroborated it, the receiver was suspended). Those take hours or days, and each look
// is an entry about the person in the audit log, so often would help nobody.
inline constexpr absl::Duration kLeftOutPause = absl::Hours(6);
// With less of a call's time left than this, access is left to the outbox's own turn: a try would hardly be answered,
// and would count as one that failed.
inline constexpr absl::Duration kInlineTryMin = absl::Milliseconds(50);
// Consents of which each took the place of the one before, followed from the oldest.
inline constexpr int kRenewalsFollowedMax = 16;

}  // namespace nwd::referral
