#include "tests/bench/paired.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "tests/bench/bench_echo.pb.h"

namespace nwd::bench {
namespace {

constexpr absl::Duration kWarmUp = absl::Milliseconds(300);

// An echo request of this many bytes that asks for an answer of that many.
PadRequest EchoOf(size_t request_bytes, size_t response_bytes) {
  PadRequest request;
  const auto overhead = [](size_t bytes) { return bytes == 0 ? 0 : bytes < 128 + 2 ? 2 : bytes < 16384 + 3 ? 3 : 4; };
  request.set_answer_bytes(
      static_cast<int>(response_bytes - std::min<size_t>(response_bytes, overhead(response_bytes))));
  const size_t so_far = request.ByteSizeLong();
  const size_t rest = request_bytes - std::min(request_bytes, so_far);
  request.set_padding(std::string(rest - std::min<size_t>(rest, overhead(rest)), 'x'));
  return request;
}

absl::Status CheckClean(const LoadResult& result, const char* of) {
  if (result.failures == 0 && result.operations > 0) return absl::OkStatus();
  if (result.operations == 0)
    return absl::FailedPreconditionError(Cat("no ", of, " call was made: there was nothing left to measure with"));
  return {result.first_failure.code(), Cat(result.failures, " of ", result.operations, " ", of,
                                           " calls failed, first with: ", StdView(result.first_failure.message()))};
}

using Cpu = std::map<std::string, double>;

void Add(const Cpu& before, const Cpu& after, Cpu& sum) {
  for (const auto& [process, seconds] : after) sum[process] += seconds - before.at(process);
}

struct Pair {
  LoadResult echo;
  LoadResult call;
  double Ratio() const { return call.PerSecond() / echo.PerSecond(); }
  double P50Ratio() const { return call.PercentileUs(0.5) / std::max(1.0, echo.PercentileUs(0.5)); }
};

}  // namespace

absl::StatusOr<Comparison> Compare(Context& context, Fixture& hub, const Measured& measured) {
  const PadRequest echo_request = EchoOf(measured.request_bytes, measured.response_bytes);
  const Operation echo = [&](uint64_t turn) -> async::Task<absl::Status> {
    const absl::StatusOr<PadResponse> answer = co_await hub.Echo()[turn].Await<PadResponse>(echo_request);
    co_return answer.status();
  };
  const Settings& settings = context.settings();
  uint64_t turn = 0;
  const auto run = [&](absl::Duration duration, uint64_t turns) {
    const Load load = {.in_flight = measured.in_flight, .duration = duration, .turns = turns, .first_turn = turn};
    LoadResult result = Drive(hub.runtime(), load, measured.operation);
    turn += result.operations;
    return result;
  };
  const bool used_up = measured.turns != UINT64_MAX;
  const uint64_t turns_a_round = used_up ? measured.turns / (settings.rounds + 1) : UINT64_MAX;

  Drive(hub.runtime(), {.in_flight = measured.in_flight, .duration = kWarmUp}, echo);
  NWD_RETURN_IF_ERROR(CheckClean(run(kWarmUp, turns_a_round), "measured"));
  std::vector<Pair> pairs;
  Comparison comparison;
  uint64_t echoes = 0;
  Cpu echo_cpu, call_cpu;
  for (int i = 0; i < settings.rounds; ++i) {
    Pair pair;
    const Cpu start = hub.CpuSeconds();
    pair.echo = Drive(hub.runtime(), {.in_flight = measured.in_flight, .duration = settings.round}, echo);
    const Cpu middle = hub.CpuSeconds();
    NWD_RETURN_IF_ERROR(CheckClean(pair.echo, "echo"));
    pair.call = run(settings.round, turns_a_round);
    NWD_RETURN_IF_ERROR(CheckClean(pair.call, "measured"));
    Add(start, middle, echo_cpu);
    Add(middle, hub.CpuSeconds(), call_cpu);
    echoes += pair.echo.operations;
    comparison.operations += pair.call.operations;
    pairs.push_back(std::move(pair));
  }
  for (const auto& [process, seconds] : call_cpu) {
    comparison.cpu_us += comparison.cpu_us_by_process[process] =
        1e6 * seconds / static_cast<double>(comparison.operations);
  }
  for (const char* process : {"client", "echo"})
    comparison.baseline_cpu_us += 1e6 * echo_cpu[process] / static_cast<double>(echoes);
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.P50Ratio() < b.P50Ratio(); });
  comparison.p50_ratio = pairs[pairs.size() / 2].P50Ratio();
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.Ratio() < b.Ratio(); });
  const Pair& middle = pairs[pairs.size() / 2];
  comparison.ratio = middle.Ratio();
  comparison.ops_per_s = middle.call.PerSecond();
  comparison.baseline_ops_per_s = middle.echo.PerSecond();
  comparison.p50_us = middle.call.PercentileUs(0.5);
  comparison.p99_us = middle.call.PercentileUs(0.99);
  comparison.baseline_p50_us = middle.echo.PercentileUs(0.5);
  return comparison;
}

Row ToRow(const std::string& name, const Comparison& comparison, double goal) {
  Row row;
  row.name = name;
  row.value = row.ratio = comparison.ratio;
  row.unit = "of echo";
  row.ops_per_s = comparison.ops_per_s;
  row.baseline_ops_per_s = comparison.baseline_ops_per_s;
  row.p50_us = comparison.p50_us;
  row.p99_us = comparison.p99_us;
  row.baseline_p50_us = comparison.baseline_p50_us;
  row.cpu_us = comparison.cpu_us;
  row.baseline_cpu_us = comparison.baseline_cpu_us;
  row.cpu_us_by_process = comparison.cpu_us_by_process;
  row.goal = absl::StrFormat(">= %.2f of echo", goal);
  row.pass = comparison.ratio >= goal;
  return row;
}

}  // namespace nwd::bench
