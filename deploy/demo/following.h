// What the watchers saw, held against what the clients did.
#pragma once

#include <string>

#include "deploy/demo/world.h"

namespace nwd::demo {

// Every referral's events reached its referrer's stream: without a gap, in order, up to the state it is in. The figure
// says how many and how far behind the median was.
absl::StatusOr<std::string> ReferrersSawAll(World& world);

}  // namespace nwd::demo
