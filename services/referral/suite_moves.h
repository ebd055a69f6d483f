// Moves nobody asked for by a call: by the suite itself when time is up (S), and because a consent ended (C). Which one
// applies is read from the table: the row of that actor from the referral's state.
//
// Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/referral/parts.h"

namespace nwd::referral {

// Makes the move `actor` has for the referral in its present state, if there is one and its guards hold. True where it
// was made.
async::Task<absl::StatusOr<bool>> MoveBySuite(const Parts& parts, const std::string& referral_id, Actor actor,
                                              absl::Time now);

}  // namespace nwd::referral
