// What the change feed restates of this service (common/replica/feed_keeper.h): every referral, by its last event.
// Those that are over too: who last saw one hold a place must hear that it does so no more. A swept draft is gone, and
// left nothing anywhere that counts. Appointments are told once: nobody keeps a state of them.
#pragma once

#include <vector>

#include "common/replica/feed_keeper.h"

namespace nwd::referral {

std::vector<replica::RestatedTable> RestatedTables();

}  // namespace nwd::referral
