// A closed loop of calls: `in_flight` coroutines, each beginning its next call when its last has ended.
//
//   const LoadResult result = Drive(runtime, {.in_flight = 64, .duration = absl::Seconds(3)}, operation);
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/rpc/client_runtime.h"

namespace nwd::bench {

// One call; `turn` counts from 0 over all coroutines together. Runs on a queue of the client's runtime.
using Operation = std::function<async::Task<absl::Status>(uint64_t turn)>;

// Ends when the time is over or the turns are, whichever comes first.
struct Load {
  int in_flight = 1;
  absl::Duration duration = absl::InfiniteDuration();
  uint64_t turns = UINT64_MAX;
  uint64_t first_turn = 0;
};

struct LoadResult {
  uint64_t operations = 0;
  uint64_t failures = 0;
  absl::Status first_failure;
  absl::Duration elapsed;
  std::vector<uint32_t> latencies_us;  // sorted

  double PerSecond() const { return operations / absl::ToDoubleSeconds(elapsed); }
  double PercentileUs(double share) const;
};

// Blocks until all have ended.
LoadResult Drive(rpc::ClientRuntime& runtime, const Load& load, const Operation& operation);

}  // namespace nwd::bench
