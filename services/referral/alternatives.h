// What else there is for somebody whose referral was declined. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "common/rpc/call.h"
#include "services/referral/parts.h"

namespace nwd::referral {

// Ids of services for the referrer to choose from: like the one that declined, for this person's borough and age, with
// room; best first, at most kAlternativesMax. Best effort: a decline never waits long for the directory, nor fails with
// it.
async::Task<std::vector<std::string>> FindAlternatives(const Parts& parts, const rpc::Call& call,
                                                       const storage::Referral& referral);

}  // namespace nwd::referral
