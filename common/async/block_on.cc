#include "common/async/block_on.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/base/check.h"

namespace nwd::async {

namespace {

// The innermost LocalExecutor that runs on this thread.
thread_local Executor* running = nullptr;

}  // namespace

struct LocalExecutor::State {
  absl::Mutex mutex;
  std::vector<absl::AnyInvocable<void()>> ready ABSL_GUARDED_BY(mutex);
  std::multimap<absl::Time, absl::AnyInvocable<void()>> timers ABSL_GUARDED_BY(mutex);
  bool stopped ABSL_GUARDED_BY(mutex) = false;
  bool HasWork() ABSL_SHARED_LOCKS_REQUIRED(mutex) { return stopped || !ready.empty(); }
};

LocalExecutor::LocalExecutor() : state_(std::make_unique<State>()) {}
LocalExecutor::~LocalExecutor() = default;

void LocalExecutor::Resume(std::coroutine_handle<> handle) {
  Post([handle] { handle.resume(); });
}

void LocalExecutor::Post(absl::AnyInvocable<void()> work) {
  absl::MutexLock lock(&state_->mutex);
  state_->ready.push_back(std::move(work));
}

void LocalExecutor::PostAt(absl::Time time, absl::AnyInvocable<void()> work) {
  absl::MutexLock lock(&state_->mutex);
  state_->timers.emplace(time, std::move(work));
}

void LocalExecutor::Stop() {
  absl::MutexLock lock(&state_->mutex);
  state_->stopped = true;
}

void LocalExecutor::Run() {
  // One within another is a thread that waits anyway; one within any other executor is a queue that would.
  NWD_CHECK(Executor::Current() == running);
  Executor* const outer = std::exchange(running, this);
  Scope scope(this);
  State& state = *state_;
  while (true) {
    std::vector<absl::AnyInvocable<void()>> batch;
    {
      absl::MutexLock lock(&state.mutex);
      const absl::Time next = state.timers.empty() ? absl::InfiniteFuture() : state.timers.begin()->first;
      state.mutex.AwaitWithDeadline(absl::Condition(&state, &State::HasWork), next);
      batch.swap(state.ready);
      const absl::Time now = absl::Now();
      while (!state.timers.empty() && state.timers.begin()->first <= now) {
        batch.push_back(std::move(state.timers.begin()->second));
        state.timers.erase(state.timers.begin());
      }
      if (batch.empty() && state.stopped) break;
    }
    for (auto& work : batch) work();
  }
  running = outer;
}

}  // namespace nwd::async
