// A call against the bare echo: taken in alternation (echo, call, echo, call …) so that a change of the machine's mood
// meets both, each pair a ratio, the median of the ratios the figure.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "tests/bench/bench.h"
#include "tests/bench/fixture.h"
#include "tests/bench/load.h"

namespace nwd::bench {

struct Measured {
  Operation operation;
  int in_flight = 1;
  // Of the messages on the wire: the echo's are as large.
  size_t request_bytes = 0;
  size_t response_bytes = 0;
  // Where calls use something up: how many there may be in all rounds together. Turns then count on from round to
  // round.
  uint64_t turns = UINT64_MAX;
};

struct Comparison {
  double ratio = 0;      // of calls a second, median of the pairs
  double p50_ratio = 0;  // of the medians' latencies, median of the pairs
  // Of the pair in the middle.
  double ops_per_s = 0;
  double baseline_ops_per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
  double baseline_p50_us = 0;
  // Processor time of one call, client and server together; over all pairs. Where the machine is shared with others it
  // is steadier than calls a second.
  double cpu_us = 0;
  double baseline_cpu_us = 0;
  std::map<std::string, double> cpu_us_by_process;
  uint64_t operations = 0;  // of all pairs
};

// A failed call makes the whole figure void: its error is returned.
absl::StatusOr<Comparison> Compare(Context& context, Fixture& hub, const Measured& measured);

// A row whose value is the ratio.
Row ToRow(const std::string& name, const Comparison& comparison, double goal);

}  // namespace nwd::bench
