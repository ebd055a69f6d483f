// The consent service is killed without warning under load and started again.
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "tests/bench/bench.h"
#include "tests/bench/consent_calls.h"
#include "tests/bench/fixture.h"
#include "tests/bench/load.h"

namespace nwd::bench {
namespace {

constexpr double kGoalSeconds = 3;
constexpr int kInFlight = 16;
constexpr int kFullPeople = 1'000'000;
constexpr absl::Duration kWrites = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Seconds(30);

}  // namespace

absl::Status Recovery(Context& context) {
  NWD_ASSIGN_OR_RETURN(Fixture* const hub, context.Hub());
  NWD_ASSIGN_OR_RETURN(Population* const people, context.People());
  NWD_RETURN_IF_ERROR(people->PutRecords(*hub).status());
  NWD_ASSIGN_OR_RETURN(const Connections college, hub->As(kCollege, "consent"));
  rpc::CallOptions options;
  options.practitioner = kPractitioner;
  options.timeout = kPatience;
  // Durable reads, so that there is something in the log to replay.
  const Operation read = [&](uint64_t turn) -> async::Task<absl::Status> {
    const consent::v1::GetRecordRequest request = ReadOf(people->AnyWithRecord(turn));
    const auto answer = co_await college[turn].Await<consent::v1::GetRecordResponse>(request, options);
    co_return answer.status();
  };
  const LoadResult before = Drive(hub->runtime(), {.in_flight = kInFlight, .duration = kWrites}, read);
  if (before.failures > 0) return before.first_failure;

  NWD_RETURN_IF_ERROR(hub->Kill("consent"));
  const absl::Time start = absl::Now();
  NWD_ASSIGN_OR_RETURN(const absl::Duration ready, hub->Restart("consent"));
  const LoadResult after = Drive(hub->runtime(), {.turns = 1}, read);
  if (after.failures > 0) return after.first_failure;
  const absl::Duration answered = absl::Now() - start;

  Row row;
  row.name = "recovery";
  row.value = absl::ToDoubleSeconds(ready);
  row.unit = "s until ready";
  row.goal = absl::StrFormat("<= %.0f s", kGoalSeconds);
  row.pass = row.value <= kGoalSeconds;
  row.note =
      absl::StrFormat("%d people; first call answered after %.2f s%s", people->size(), absl::ToDoubleSeconds(answered),
                      people->size() < kFullPeople ? "; the goal is for 1000000 (--full)" : "");
  context.report().Add(row);
  return absl::OkStatus();
}

}  // namespace nwd::bench
