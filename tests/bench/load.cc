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
  const absl::Time end;
  const uint64_t end_turn;
  std::atomic<uint64_t> next_turn;
  absl::BlockingCounter left;
  absl::Mutex mutex;
  LoadResult result;

  Run(const Operation& op, const Load& load)
      : operation(op),
        end(absl::Now() + load.duration),
        end_turn(load.turns > UINT64_MAX - load.first_turn ? UINT64_MAX : load.first_turn + load.turns),
        next_turn(load.first_turn),
        left(load.in_flight) {}
};

async::Task<void> Worker(Run& run) {
  std::vector<uint32_t> latencies;
  uint64_t failures = 0;
  absl::Status first_failure;
  while (true) {
    const absl::Time start = absl::Now();
    if (start >= run.end) break;
    const uint64_t turn = run.next_turn.fetch_add(1, std::memory_order_relaxed);
    if (turn >= run.end_turn) break;
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

}  // namespace

double LoadResult::PercentileUs(double share) const {
  if (latencies_us.empty()) return 0;
  return latencies_us[std::min(latencies_us.size() - 1, static_cast<size_t>(share * latencies_us.size()))];
}

LoadResult Drive(rpc::ClientRuntime& runtime, const Load& load, const Operation& operation) {
  const absl::Time start = absl::Now();
  auto run = std::make_unique<Run>(operation, load);
  for (int i = 0; i < load.in_flight; ++i) {
    runtime.Start([&run] { return Worker(*run); });
  }
  run->left.Wait();
  run->result.elapsed = absl::Now() - start;
  std::sort(run->result.latencies_us.begin(), run->result.latencies_us.end());
  return std::move(run->result);
}

}  // namespace nwd::bench
