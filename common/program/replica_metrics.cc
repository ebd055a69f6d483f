#include "common/program/replica_metrics.h"

namespace nwd::program {

metrics::Registration AddReplicaMetrics(metrics::Registry& registry, const std::string& peer,
                                        const replica::Follower& follower) {
  return registry.OnScrape([peer, &follower](metrics::Scrape& scrape) {
    scrape.Gauge("nwd_replica_lag_seconds", "Since the replica was last level with its owner.", follower.LagSeconds(),
                 {{"peer", peer}});
  });
}

}  // namespace nwd::program
