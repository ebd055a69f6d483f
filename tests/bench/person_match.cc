// A registration that is compared with everybody registered before: blocks looked up, details opened and compared, the
// person and their key durable. One at a time, as a desk does.
#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "tests/bench/bench.h"
#include "tests/bench/fixture.h"
#include "tests/bench/load.h"
#include "tests/bench/made_up.h"
#include "tests/bench/population.h"

namespace nwd::bench {
namespace {

constexpr double kGoalMedianMs = 2;
constexpr int kFullPeople = 1'000'000;
constexpr uint64_t kRegistrationsMax = 3'000;
constexpr uint64_t kKnownEvery = 4;  // of those who come, one is registered already and has no papers along

}  // namespace

absl::Status PersonMatch(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_ASSIGN_OR_RETURN(const Connections college, hub->As(kCollege, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;

  uint64_t known = 0, shown = 0;
  const Operation enter = [&](uint64_t turn) -> async::Task<absl::Status> {
    consent::v1::RegisterPersonRequest request;
    const bool comes_again = turn % kKnownEvery == 0;
    *request.mutable_details() = MadeUp(comes_again ? Spread(turn) % people->size() : people->size() + turn);
    request.mutable_details()->clear_nino();
    const auto answer = co_await college[turn].Await<consent::v1::RegisterPersonResponse>(request, options);
    known += comes_again;
    shown += answer.ok() && comes_again && answer->has_possible_match();
    co_return answer.status();
  };
  const LoadResult result =
      Drive(hub->runtime(), {.in_flight = 1, .duration = context.settings().round, .turns = kRegistrationsMax}, enter);
  if (result.failures > 0) return result.first_failure;

  Row row;
  row.name = "person-match";
  row.value = result.PercentileUs(0.5) / 1000;
  row.unit = "ms, the median";
  row.ops_per_s = result.PerSecond();
  row.p50_us = result.PercentileUs(0.5);
  row.p99_us = result.PercentileUs(0.99);
  row.goal = absl::StrFormat("<= %.0f ms", kGoalMedianMs);
  row.pass = row.value <= kGoalMedianMs;
  row.note = absl::StrFormat("%d people; of %d who came again %d were told of, within a day's share%s", people->size(),
                             known, shown, people->size() < kFullPeople ? "; the goal is for 1000000 (--full)" : "");
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
