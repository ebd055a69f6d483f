// Counting what is under way, so that going down can wait for it; and the background coroutines of a server.
#pragma once

#include <functional>

#include "absl/synchronization/mutex.h"
#include "common/async/executor.h"
#include "common/async/task.h"
#include "common/rpc/stop.h"

namespace nwd::rpc {

// How much of something is under way: as many as there are Guards. It outlives them; a Guard may go on any thread.
// Thread-safe.
class Outstanding {
 public:
  class Guard {
   public:
    explicit Guard(Outstanding& owner) : owner_(owner) { owner_.Change(1); }
    ~Guard() { owner_.Change(-1); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Outstanding& owner_;
  };

  // Blocks until there is none (true) or `deadline` has passed (false). Not on a queue's thread.
  bool WaitForNone(absl::Time deadline) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithDeadline(absl::Condition(
                                        +[](int* count) { return *count == 0; }, &count_),
                                    deadline);
  }

 private:
  void Change(int by) {
    absl::MutexLock lock(&mutex_);
    count_ += by;
  }
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// Coroutines that run until they are told to stop. Outlives them: stop().Request(), then WaitForEnd(). Thread-safe.
class BackgroundWork {
 public:
  // Runs `work` on `executor`, soon; what it captured lives until its coroutine has ended.
  void Start(async::Executor& executor, std::function<async::Task<void>(Stop&)> work) {
    auto guard = std::make_shared<Outstanding::Guard>(running_);
    executor.Post([this, work = std::move(work), guard]() mutable {
      async::Spawn(Run(std::move(work), std::move(guard), stop_));
    });
  }
  Stop& stop() { return stop_; }
  // Blocks until all have ended (true) or `deadline` has passed (false).
  bool WaitForEnd(absl::Time deadline) { return running_.WaitForNone(deadline); }

 private:
  static async::Task<void> Run(std::function<async::Task<void>(Stop&)> work, std::shared_ptr<Outstanding::Guard> guard,
                               Stop& stop) {
    co_await work(stop);
    guard.reset();
  }

  Stop stop_;
  Outstanding running_;
};

}  // namespace nwd::rpc
