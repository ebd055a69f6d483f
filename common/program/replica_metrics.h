// How far a replica is behind its owner, read at scrape: nwd_replica_lag_seconds{peer="directory"}.
#pragma once

#include <string>

#include "common/metrics/metrics.h"
#include "common/replica/follower.h"

namespace nwd::program {

// `peer` is the followed service. The follower outlives the registration.
[[nodiscard]] metrics::Registration AddReplicaMetrics(metrics::Registry& registry, const std::string& peer,
                                                      const replica::Follower& follower);

}  // namespace nwd::program
