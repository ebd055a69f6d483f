// The reasons of this service's errors, by their codes. `reasons::k…` finds those of common/status/reasons.h too. What
// a caller does about each is in docs/integrating.md.
#pragma once

#include "common/status/reasons.h"

namespace nwd::directory::reasons {

using namespace nwd::reasons;

// NOT_FOUND.
inline constexpr char kNoAgreement[] = "NO_AGREEMENT";
inline constexpr char kNoFeed[] = "NO_FEED";
inline constexpr char kNoOrganisation[] = "NO_ORGANISATION";
inline constexpr char kNoProvider[] = "NO_PROVIDER";
inline constexpr char kNoService[] = "NO_SERVICE";

// ALREADY_EXISTS.
inline constexpr char kIdentityTaken[] = "IDENTITY_TAKEN";
inline constexpr char kSlugTaken[] = "SLUG_TAKEN";

// FAILED_PRECONDITION.
inline constexpr char kImportOpen[] = "IMPORT_OPEN";
inline constexpr char kImportTooLarge[] = "IMPORT_TOO_LARGE";
inline constexpr char kLastAdmin[] = "LAST_ADMIN";
inline constexpr char kNothingProposed[] = "NOTHING_PROPOSED";
inline constexpr char kOwnProposal[] = "OWN_PROPOSAL";
inline constexpr char kOwnState[] = "OWN_STATE";
inline constexpr char kTooManyRevoked[] = "TOO_MANY_REVOKED";

// UNAVAILABLE.
inline constexpr char kOtherCommit[] = "OTHER_COMMIT";

// DEADLINE_EXCEEDED.
inline constexpr char kTurnNotReached[] = "TURN_NOT_REACHED";

}  // namespace nwd::directory::reasons
