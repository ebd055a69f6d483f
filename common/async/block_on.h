// Runs a task to its end on this thread, which becomes an Executor for as long as it takes. For programs and tests; a
// handler never blocks.
#pragma once

#include <utility>

#include "common/async/executor.h"
#include "common/async/task.h"

namespace nwd::async {

// One thread's queue of work and timers. Run() returns once Stop() was called and the work before it is done.
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
