// Moves nobody asked for by a call: by the suite itself when time is up (S), and because what it rests on ended or was
// renewed (C). Which one applies is read from the table: the row of that actor from the referral's state.
//
// Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/referral/parts.h"

namespace nwd::referral {

// Makes the move `actor` has for the referral in its present state, for this reason (UNSPECIFIED: it needs none), if
// there is one and its guards hold. True where it was made.
async::Task<absl::StatusOr<bool>> MoveBySuite(const Parts& parts, const std::string& referral_id, Actor actor,
                                              ReferralReason reason, absl::Time now);

// What became of a referral whose consent was renewed.
enum class Renewal {
  kMoved,    // it rests on the new one
  kNone,     // it rests on another consent, or is over
  kLeftOut,  // the new one does not permit the receiver now
};

// Lets a referral that rests on `consent_id` rest on the one that took its place, where that permits the receiver:
// asked of the consent service at once. Errors: those of the question, too.
//
// Where the new consent does not permit the receiver, the referral is left as it is. The table cancels for the
// person's no only, and only the person saying no ends provision; leaving somebody out of a new consent is neither. What
// must not happen does not: the consent service permits nothing on a superseded consent, so no record and no text is
// read any more, and sending, accepting and reopening are refused.
async::Task<absl::StatusOr<Renewal>> MoveToConsent(const Parts& parts, const std::string& referral_id,
                                                   const std::string& consent_id, const std::string& new_consent_id,
                                                   absl::Time now);

}  // namespace nwd::referral
