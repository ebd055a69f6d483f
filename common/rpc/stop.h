// Tells background work that the service is going down. A background coroutine asks between steps and sleeps through
// WaitUntil, which ends early when the stop comes.
#pragma once

#include <atomic>

#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"

namespace nwd::rpc {

class Stop {
 public:
  bool requested() const { return requested_.load(std::memory_order_relaxed); }
  void Request() {
    requested_.store(true, std::memory_order_relaxed);
    signal_.Notify();
  }
  // True once a stop is requested; false at `time`.
  async::Task<bool> WaitUntil(absl::Time time) { return signal_.WaitPast(0, time); }
  const std::atomic<bool>& flag() const { return requested_; }

 private:
  std::atomic<bool> requested_{false};
  async::Signal signal_;
};

}  // namespace nwd::rpc
