// Waiting for "something happened", with a deadline. A Signal counts; a waiter names the count it has seen, so a
// wake-up between looking and waiting is never lost.
//
//   const uint64_t seen = signal.Count();
//   if (nothing yet) co_await signal.WaitPast(seen, deadline);
//
// Sleep() is the same with nobody to wake it. Thread-safe. A Signal may be destroyed while waiters sleep: they wake at
// their deadline.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "common/async/task.h"

namespace nwd::async {

class Signal {
 public:
  Signal();
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  uint64_t Count() const;
  // Adds one and wakes every waiter, each on its own executor.
  void Notify();
  // True as soon as the count exceeds `seen`; false once `deadline` has passed. The caller runs on an executor.
  Task<bool> WaitPast(uint64_t seen, absl::Time deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Goes on at `time` or a little later, on the same executor.
Task<void> SleepUntil(absl::Time time);

}  // namespace nwd::async
