// One at a time, for coroutines: work that spans several transactions and must not run beside its like.
//
//   NWD_CO_ASSIGN_OR_RETURN(const Turn::Guard turn, co_await turn_.Take(call.deadline()));
//
// Thread-safe. Waiters are woken in no particular order. Outlives its guards.
#pragma once

#include <atomic>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/status/status.h"
#include "services/directory/reasons.h"

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

  // DEADLINE_EXCEEDED where those before it took too long.
  async::Task<absl::StatusOr<Guard>> Take(absl::Time deadline) {
    while (true) {
      const uint64_t seen = released_.Count();
      if (!taken_.exchange(true)) co_return Guard(this);
      if (co_await released_.WaitPast(seen, deadline)) continue;
      co_return status::Error(absl::StatusCode::kDeadlineExceeded, reasons::kTurnNotReached,
                              "another import or link was still being put into effect; nothing was done; try again");
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
