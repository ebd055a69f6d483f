// What the change feed restates of this service (common/replica/feed_keeper.h): every organisation, whatever its state,
// every service of the catalogue, the inactive too, and every agreement, also one that has ended: peers keep a row of
// each, and never hear otherwise that it came to an end.
#pragma once

#include <vector>

#include "common/replica/feed_keeper.h"

namespace nwd::directory {

std::vector<replica::RestatedTable> RestatedTables();

}  // namespace nwd::directory
