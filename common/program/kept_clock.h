// The time a service goes by: the machine's clock, except that it never goes back, neither while the program runs nor
// from one run to the next. What has expired stays expired, and nothing is undone, when somebody sets the machine's
// clock back. Until the machine's clock has caught up it goes on at half its pace, by a clock that nobody sets: so it is
// caught up with, and what is given for three hours ends within six.
//
//   KeptClock clock(SystemClock::Get(), metrics);
//   NWD_RETURN_IF_ERROR(clock.TakeUp(data, accept));              // before anything asks for the time
//   while (!co_await stop.WaitUntil(absl::Now() + kClockLook)) co_await clock.Look(data, steady_now);
//
// Look keeps the time reached in the store, and says in the log, and by nwd_clock_behind_seconds and
// nwd_clock_jumps_total, that the machine's clock lies behind, or moved by itself. Now is thread-safe; the rest is one
// caller's at a time.
#pragma once

#include <atomic>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/metrics/metrics.h"
#include "common/store/store.h"

namespace nwd::program {

inline constexpr absl::Duration kClockLook = absl::Seconds(10);
// A clock that lies further behind at the start was set wrong now, or before; somebody must say which. More than the hour
// of a daylight saving mistake.
inline constexpr absl::Duration kClockBehindMax = absl::Hours(2);
// Between two looks; less is a clock that is being adjusted.
inline constexpr absl::Duration kClockJumpMin = absl::Seconds(30);

class KeptClock final : public Clock {
 public:
  // The machine's clock and the registry outlive it.
  KeptClock(const Clock& machine, metrics::Registry& metrics);

  absl::Time Now() const override;
  // How far the machine's clock lies behind what this one has told; zero where it does not.
  absl::Duration Behind() const;

  // Goes on from the time that the store was last told. FAILED_PRECONDITION where the machine's clock lies more than
  // kClockBehindMax before it, unless `accept_machine`: then the machine is believed. Blocks; at start only.
  absl::Status TakeUp(store::Store& store, bool accept_machine);
  // `steady`: SteadyNow (steady.h).
  async::Task<void> Look(store::Store& store, absl::Time steady);

 private:
  void GoOnWhileBehind(absl::Time steady);
  void SayWhetherBehind();
  void SayWhetherJumped(absl::Time steady);

  const Clock& machine_;
  mutable std::atomic<int64_t> reached_;  // nanoseconds since 1970
  bool behind_said_ = false;
  absl::Time looked_at_ = absl::InfinitePast();  // by the machine's clock
  absl::Time looked_at_steady_;
  metrics::Counter jumps_;
  metrics::Registration behind_figure_;
};

}  // namespace nwd::program
