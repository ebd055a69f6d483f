// What the change feed restates of this service (common/replica/feed_keeper.h): every outcome, for this service itself,
// which counts from its own feed.
#pragma once

#include <vector>

#include "common/replica/feed_keeper.h"

namespace nwd::outcome {

std::vector<replica::RestatedTable> RestatedTables();

}  // namespace nwd::outcome
