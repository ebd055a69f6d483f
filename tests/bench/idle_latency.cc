// A hub is quiet most of the day: one call after each gap of 1.0 to 1.1 seconds must not wait for anything to wake up.
#include <algorithm>

#include "absl/random/random.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "tests/bench/bench.h"
#include "tests/bench/consent_calls.h"
#include "tests/bench/fixture.h"
#include "tests/bench/load.h"

namespace nwd::bench {
namespace {

constexpr double kGoalP99Us = 5000;
constexpr int kCalls = 30;
constexpr int kCallsQuick = 10;

}  // namespace

absl::Status IdleLatency(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections college, hub->As(kCollege, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  const Operation check = [&](uint64_t turn) -> async::Task<absl::Status> {
    const consent::v1::CheckAccessRequest request = CheckOf(people->Any(turn));
    const auto answer = co_await college[0].Await<consent::v1::CheckAccessResponse>(request, options);
    co_return answer.status();
  };
  const int calls = context.settings().quick ? kCallsQuick : kCalls;
  absl::BitGen random;
  std::vector<double> latencies_us;
  for (int i = 0; i <= calls; ++i) {
    const LoadResult one = Drive(hub->runtime(), {.turns = 1, .first_turn = static_cast<uint64_t>(i)}, check);
    if (one.failures > 0) return one.first_failure;
    if (i > 0) latencies_us.push_back(one.PercentileUs(0));  // the first only connects
    absl::SleepFor(absl::Milliseconds(absl::Uniform(absl::IntervalClosed, random, 1000, 1100)));
  }
  std::sort(latencies_us.begin(), latencies_us.end());

  Row row;
  row.name = "idle-latency";
  row.p50_us = latencies_us[latencies_us.size() / 2];
  row.p99_us = latencies_us[static_cast<size_t>(0.99 * latencies_us.size())];
  row.value = row.p99_us / 1000;
  row.unit = "ms p99";
  row.goal = absl::StrFormat("<= %.0f ms p99", kGoalP99Us / 1000);
  row.pass = row.p99_us <= kGoalP99Us;
  row.note = absl::StrFormat("%d calls; of so few the p99 is the slowest", calls);
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
