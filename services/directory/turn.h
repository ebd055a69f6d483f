// One at a time, for coroutines: work that spans several transactions and must not run beside its like.
//
//   Turn::Guard turn = co_await turn_.Take();
//
// Thread-safe. Waiters are woken in no particular order. Outlives its guards.
#pragma once

#include <atomic>
#include <utility>

#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"

namespace nwd::directory {

class Turn {
 public:
  class [[nodiscard]] Guard {
   public:
    explicit Guard(Turn* turn) : turn_(turn) {}
    Guard(Guard&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    Guard& operator=(Guard&&) = delete;
    ~Guard() {
      if (turn_ != nullptr) turn_->Release();
    }

   private:
    Turn* turn_;
  };

  async::Task<Guard> Take() {
    while (true) {
      const uint64_t seen = released_.Count();
      if (!taken_.exchange(true)) co_return Guard(this);
      co_await released_.WaitPast(seen, absl::InfiniteFuture());
    }
  }

 private:
  void Release() {
    taken_.store(false);
    released_.Notify();
  }

  std::atomic<bool> taken_{false};
  async::Signal released_;
};

}  // namespace nwd::directory
