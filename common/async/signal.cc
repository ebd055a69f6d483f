#include "common/async/signal.h"

#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/async/executor.h"
#include "common/base/check.h"

namespace nwd::async {
namespace {

// One sleeping coroutine, reached by both the signal and its timer: whichever comes first resumes it.
struct Waiter {
  Executor* home = nullptr;
  std::coroutine_handle<> handle;
  std::atomic<bool> woken{false};
  bool signalled = false;

  void Wake(bool by_signal) {
    if (woken.exchange(true)) return;
    signalled = by_signal;
    home->Resume(handle);
  }
};

}  // namespace

struct Signal::State {
  absl::Mutex mutex;
  uint64_t count ABSL_GUARDED_BY(mutex) = 0;
  std::vector<std::shared_ptr<Waiter>> waiters ABSL_GUARDED_BY(mutex);
};

Signal::Signal() : state_(std::make_shared<State>()) {}
Signal::~Signal() = default;

uint64_t Signal::Count() const {
  absl::MutexLock lock(&state_->mutex);
  return state_->count;
}

void Signal::Notify() {
  std::vector<std::shared_ptr<Waiter>> waiters;
  {
    absl::MutexLock lock(&state_->mutex);
    ++state_->count;
    waiters.swap(state_->waiters);
  }
  for (const auto& waiter : waiters) waiter->Wake(true);
}

Task<bool> Signal::WaitPast(uint64_t seen, absl::Time deadline) {
  struct Awaiter {
    std::shared_ptr<State> state;
    uint64_t seen;
    absl::Time deadline;
    std::shared_ptr<Waiter> waiter;

    bool await_ready() { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
      waiter = std::make_shared<Waiter>();
      waiter->home = Executor::Current();
      waiter->handle = handle;
      NWD_CHECK(waiter->home != nullptr);
      // The waiter may be resumed on another thread as soon as the lock is let go: touch only copies after that.
      const std::shared_ptr<Waiter> mine = waiter;
      const absl::Time until = deadline;
      {
        absl::MutexLock lock(&state->mutex);
        if (state->count > seen) {
          mine->signalled = true;
          mine->woken = true;
          return false;
        }
        std::erase_if(state->waiters, [](const auto& other) { return other->woken.load(); });
        state->waiters.push_back(mine);
      }
      if (until != absl::InfiniteFuture()) mine->home->PostAt(until, [mine] { mine->Wake(false); });
      return true;
    }
    bool await_resume() { return waiter->signalled; }
  };
  Awaiter awaiter{state_, seen, deadline, nullptr};
  co_return co_await awaiter;
}

Task<void> SleepUntil(absl::Time time) {
  Signal nobody;
  co_await nobody.WaitPast(0, time);
}

}  // namespace nwd::async
