// A closed loop of calls: `in_flight` coroutines, each beginning its next call when its last has ended.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/rpc/server.h"

namespace nwd::bench {

// One call; `turn` counts from 0 over all coroutines together. Runs on a queue of the client's runtime.
using Operation = std::function<async::Task<absl::Status>(uint64_t turn)>;

struct LoadResult {
  uint64_t operations = 0;
  uint64_t failures = 0;
  absl::Status first_failure;
  absl::Duration elapsed;
  std::vector<uint32_t> latencies_us;  // sorted

  double PerSecond() const { return operations / absl::ToDoubleSeconds(elapsed); }
  double PercentileUs(double share) const;
};

// Runs for `duration`.
LoadResult RunFor(rpc::ClientRuntime& runtime, int in_flight, absl::Duration duration, const Operation& operation);
// Runs exactly `count` operations: for filling stores.
LoadResult RunCount(rpc::ClientRuntime& runtime, int in_flight, uint64_t count, const Operation& operation);

}  // namespace nwd::bench
