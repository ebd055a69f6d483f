// What the change feed restates of this service (common/replica/feed_keeper.h): every consent and authority, as time
// has made it at `clock`'s now. Those that ended too: the referral service must hear of each that a referral of its own
// may rest on, and which took another's place; but an authority whose time is over ended nothing. What became of people
// is told once: nobody keeps a state of it, and nobody is erased in this version (whoever adds that restates who was).
#pragma once

#include <vector>

#include "common/replica/feed_keeper.h"

namespace nwd::consent {

// `clock` outlives what is given.
std::vector<replica::RestatedTable> RestatedTables(const Clock& clock);

}  // namespace nwd::consent
