// The reasons of this service's errors, by their codes. `reasons::k…` finds those of common/status/reasons.h too. What a
// caller does about each is in docs/integrating.md.
#pragma once

#include "common/status/reasons.h"

namespace nwd::consent::reasons {

using namespace nwd::reasons;

// NOT_FOUND.
inline constexpr char kNoSuchText[] = "NO_SUCH_TEXT";

// FAILED_PRECONDITION.
inline constexpr char kAgreementEnded[] = "AGREEMENT_ENDED";
inline constexpr char kAlreadyAnswered[] = "ALREADY_ANSWERED";
inline constexpr char kAlreadySuperseded[] = "ALREADY_SUPERSEDED";
inline constexpr char kAuthorityEnded[] = "AUTHORITY_ENDED";
inline constexpr char kEnrolledByCaptor[] = "ENROLLED_BY_CAPTOR";
inline constexpr char kErased[] = "ERASED";
inline constexpr char kLimitReached[] = "LIMIT_REACHED";
inline constexpr char kNotForThisKind[] = "NOT_FOR_THIS_KIND";
inline constexpr char kNotDoneYet[] = "NOT_DONE_YET";
inline constexpr char kNotJoined[] = "NOT_JOINED";
inline constexpr char kNobodyToAnswer[] = "NOBODY_TO_ANSWER";
inline constexpr char kNoReceipt[] = "NO_RECEIPT";
inline constexpr char kNoRightToObject[] = "NO_RIGHT_TO_OBJECT";
inline constexpr char kOnlyOnce[] = "ONLY_ONCE";
inline constexpr char kPersonNotAsked[] = "PERSON_NOT_ASKED";
inline constexpr char kSuspendedByCaptor[] = "SUSPENDED_BY_CAPTOR";
inline constexpr char kTooLate[] = "TOO_LATE";

// RESOURCE_EXHAUSTED.
inline constexpr char kTooManyEmergencies[] = "TOO_MANY_EMERGENCIES";
inline constexpr char kTooManyToday[] = "TOO_MANY_TODAY";

// UNAVAILABLE.
inline constexpr char kBusy[] = "BUSY";
inline constexpr char kChecksNotLogged[] = "CHECKS_NOT_LOGGED";
inline constexpr char kNotSignedYet[] = "NOT_SIGNED_YET";

// FAILED_PRECONDITION, to our own services only.
inline constexpr char kNotInForce[] = "NOT_IN_FORCE";
inline constexpr char kOvertaken[] = "OVERTAKEN";

}  // namespace nwd::consent::reasons
