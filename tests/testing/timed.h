// For the programs that measure a service inside one process: the time and the CPU that pieces of work take.
#pragma once

#include <cstdio>
#include <ctime>

#include "absl/time/clock.h"
#include "common/async/block_on.h"

namespace nwd::testing {

// Runs `work(0 … count-1)`, each a Task<void>, with `in_flight` at a time on this thread, and prints a line.
template <class Work>
void Timed(const char* what, int count, int in_flight, Work work) {
  async::LocalExecutor executor;
  int next = 0, running = in_flight;
  auto worker = [&]() -> async::Task<void> {
    while (next < count) co_await work(next++);
    if (--running == 0) executor.Stop();
  };
  const absl::Time began = absl::Now();
  const std::clock_t cpu = std::clock();
  executor.Post([&] {
    for (int i = running; i > 0; --i) async::Spawn(worker());
  });
  executor.Run();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  const double cpu_us = 1e6 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / count;
  std::printf("%-50s %9d in %7.2f s  %9.0f/s  %7.2f us each  %7.2f us CPU each\n", what, count, seconds,
              count / seconds, 1e6 * seconds / count, cpu_us);
  std::fflush(stdout);
}

}  // namespace nwd::testing
