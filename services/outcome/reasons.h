// The reasons of this service's errors, by their codes. `reasons::k…` finds those of common/status/reasons.h too. What
// a caller does about each is in docs/integrating.md.
#pragma once

#include "common/status/reasons.h"

namespace nwd::outcome::reasons {

using namespace nwd::reasons;

// NOT_FOUND.
inline constexpr char kIndicatorNotFound[] = "INDICATOR_NOT_FOUND";
inline constexpr char kReleaseNotFound[] = "RELEASE_NOT_FOUND";

// FAILED_PRECONDITION.
inline constexpr char kNoRelease[] = "NO_RELEASE";
inline constexpr char kReferralNotAccepted[] = "REFERRAL_NOT_ACCEPTED";
inline constexpr char kReleaseCoversMore[] = "RELEASE_COVERS_MORE";
inline constexpr char kTooManyOutcomes[] = "TOO_MANY_OUTCOMES";

// UNAVAILABLE.
inline constexpr char kReleaseInBetween[] = "RELEASE_IN_BETWEEN";

}  // namespace nwd::outcome::reasons
