// Where a suspended coroutine goes on. Each completion queue of the RPC runtime is an Executor with one thread; BlockOn
// gives a plain thread one for the length of a call. A coroutine notes Executor::Current() when it suspends and is
// resumed there, so a handler never runs on the committer's thread.
#pragma once

#include <coroutine>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace nwd::async {

// Thread-safe. Outlives every coroutine that waits on it.
class Executor {
 public:
  virtual ~Executor() = default;

  // Resumes `handle` on this executor's thread, soon, in the order of the calls.
  virtual void Resume(std::coroutine_handle<> handle) = 0;
  // Runs `work` on this executor's thread, soon.
  virtual void Post(absl::AnyInvocable<void()> work) = 0;
  // Runs `work` on this executor's thread at `time` or a little later. On a queue: after as long as that is from now,
  // though the machine's clock be set meanwhile.
  virtual void PostAt(absl::Time time, absl::AnyInvocable<void()> work) = 0;

  // The executor whose thread this is; null elsewhere.
  static Executor* Current();

 protected:
  // Makes an executor the current one of this thread while it lives.
  class Scope {
   public:
    explicit Scope(Executor* executor);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Executor* const previous_;
  };
};

}  // namespace nwd::async
