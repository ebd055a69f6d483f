#include "tests/bench/load.h"

#include <algorithm>
#include <memory>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

namespace nwd::bench {
namespace {

// What the coroutines of one run share.
struct Run {
  const Operation& operation;
  absl::Time end;
  uint64_t turns_max;
  std::atomic<uint64_t> next_turn{0};
  absl::BlockingCounter left;
  absl::Mutex mutex;
  LoadResult result;

  Run(const Operation& op, absl::Time until, uint64_t turns, int in_flight)
      : operation(op), end(until), turns_max(turns), left(in_flight) {}
};

async::Task<void> Worker(Run& run) {
  std::vector<uint32_t> latencies;
  uint64_t failures = 0;
  absl::Status first_failure;
  while (true) {
    const uint64_t turn = run.next_turn.fetch_add(1, std::memory_order_relaxed);
    const absl::Time start = absl::Now();
    if (turn >= run.turns_max || start >= run.end) break;
    const absl::Status status = co_await run.operation(turn);
    latencies.push_back(static_cast<uint32_t>(absl::ToInt64Microseconds(absl::Now() - start)));
    if (!status.ok() && ++failures == 1) first_failure = status;
  }
  {
    absl::MutexLock lock(&run.mutex);
    run.result.operations += latencies.size();
    run.result.failures += failures;
    if (run.result.first_failure.ok()) run.result.first_failure = first_failure;
    run.result.latencies_us.insert(run.result.latencies_us.end(), latencies.begin(), latencies.end());
  }
  run.left.DecrementCount();
}

LoadResult Drive(rpc::ClientRuntime& runtime, int in_flight, absl::Duration duration, uint64_t turns, const Operation& operation) {
  const absl::Time start = absl::Now();
  auto run = std::make_unique<Run>(operation, start + duration, turns, in_flight);
  for (int i = 0; i < in_flight; ++i) {
    runtime.Start([&run] { return Worker(*run); });
  }
  run->left.Wait();
  run->result.elapsed = absl::Now() - start;
  std::sort(run->result.latencies_us.begin(), run->result.latencies_us.end());
  return std::move(run->result);
}

}  // namespace

double LoadResult::PercentileUs(double share) const {
  if (latencies_us.empty()) return 0;
  return latencies_us[std::min(latencies_us.size() - 1, static_cast<size_t>(share * latencies_us.size()))];
}

LoadResult RunFor(rpc::ClientRuntime& runtime, int in_flight, absl::Duration duration, const Operation& operation) {
  return Drive(runtime, in_flight, duration, UINT64_MAX, operation);
}

LoadResult RunCount(rpc::ClientRuntime& runtime, int in_flight, uint64_t count, const Operation& operation) {
  return Drive(runtime, in_flight, absl::InfiniteDuration(), count, operation);
}

}  // namespace nwd::bench
