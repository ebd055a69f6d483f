// A few threads for work too long for a queue's thread (over about 200 µs: long scans, exports, signing many things,
// hashing files). Bounded: work that finds the pool full is refused (status::Shed) rather than kept waiting.
//
//   auto report = co_await pool.Run([&] { return BuildExport(person); });   // StatusOr<...>
//
// Thread-safe. The destructor finishes what was taken.
#pragma once

#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "common/async/executor.h"
#include "common/async/task.h"

namespace nwd::async {

class WorkerPool {
 public:
  WorkerPool(int threads, int waiting_max);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `work` (which returns StatusOr<T>) on a thread of the pool and goes on with its result on the caller's
  // executor.
  template <class Work>
  Task<std::invoke_result_t<Work&>> Run(Work work) {
    using Result = std::invoke_result_t<Work&>;
    std::optional<Result> result;
    auto step = [&] { result.emplace(work()); };
    struct Awaiter {
      WorkerPool& pool;
      absl::FunctionRef<void()> step;
      bool refused = false;
      bool await_ready() { return false; }
      bool await_suspend(std::coroutine_handle<> handle) {
        Executor* home = Executor::Current();
        NWD_CHECK(home != nullptr);
        if (pool.Submit([run = step, home, handle] {
              run();
              home->Resume(handle);
            })) {
          return true;
        }
        refused = true;
        return false;
      }
      bool await_resume() { return !refused; }
    };
    Awaiter awaiter{*this, step};
    if (!co_await awaiter) co_return Refusal();
    co_return *std::move(result);
  }

 private:
  static absl::Status Refusal();
  bool Submit(absl::AnyInvocable<void()> work);
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::async
