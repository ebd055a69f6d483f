// Runs a task to its end on this thread, which becomes an Executor for as long as it takes.
//
//   absl::StatusOr<Facts> facts = BlockOn(LoadFacts(store));   // blocks until the task has ended
//
// For threads that may wait: a program's own, at its start and its end; a worker of a WorkerPool; a test's. Never on a
// queue's thread, where everybody would wait with it: that ends the program. What the task spawned and did not await is
// dropped where it stands once the task has ended, so it must not wait for anything.
#pragma once

#include <utility>

#include "common/async/executor.h"
#include "common/async/task.h"

namespace nwd::async {

// One thread's queue of work and timers. Run() is called once, by the thread that is to serve; it returns once Stop()
// was called and the work before it is done. Not on a queue's thread. Timers that have not come by then never run.
// Post, PostAt, Resume and Stop are thread-safe; the executor outlives whatever calls them.
class LocalExecutor final : public Executor {
 public:
  LocalExecutor();
  ~LocalExecutor() override;
  void Resume(std::coroutine_handle<> handle) override;
  void Post(absl::AnyInvocable<void()> work) override;
  void PostAt(absl::Time time, absl::AnyInvocable<void()> work) override;
  void Run();
  void Stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

template <class T>
T BlockOn(Task<T> task) {
  LocalExecutor executor;
  std::optional<T> result;
  auto run = [](Task<T> owned, std::optional<T>& out, LocalExecutor& on) -> Task<void> {
    out.emplace(co_await std::move(owned));
    on.Stop();
  };
  executor.Post([&] { Spawn(run(std::move(task), result, executor)); });
  executor.Run();
  return *std::move(result);
}

inline void BlockOn(Task<void> task) {
  LocalExecutor executor;
  auto run = [](Task<void> owned, LocalExecutor& on) -> Task<void> {
    co_await std::move(owned);
    on.Stop();
  };
  executor.Post([&] { Spawn(run(std::move(task), executor)); });
  executor.Run();
}

}  // namespace nwd::async
