#include "common/async/worker_pool.h"

#include <deque>

#include "absl/synchronization/mutex.h"
#include "common/status/status.h"

namespace nwd::async {
namespace {

constexpr absl::Duration kRefusedRetryAfter = absl::Seconds(1);

}  // namespace

struct WorkerPool::State {
  absl::Mutex mutex;
  std::deque<absl::AnyInvocable<void()>> waiting ABSL_GUARDED_BY(mutex);
  bool stopping ABSL_GUARDED_BY(mutex) = false;
  size_t waiting_max = 0;
  std::vector<std::thread> threads;

  bool HasWork() ABSL_SHARED_LOCKS_REQUIRED(mutex) { return stopping || !waiting.empty(); }
  void Serve() {
    while (true) {
      absl::AnyInvocable<void()> work;
      {
        absl::MutexLock lock(&mutex, absl::Condition(this, &State::HasWork));
        if (waiting.empty()) return;
        work = std::move(waiting.front());
        waiting.pop_front();
      }
      work();
    }
  }
};

WorkerPool::WorkerPool(int threads, int waiting_max) : state_(std::make_unique<State>()) {
  state_->waiting_max = waiting_max;
  for (int i = 0; i < threads; ++i) state_->threads.emplace_back([state = state_.get()] { state->Serve(); });
}

WorkerPool::~WorkerPool() {
  {
    absl::MutexLock lock(&state_->mutex);
    state_->stopping = true;
  }
  for (auto& thread : state_->threads) thread.join();
}

absl::Status WorkerPool::Refusal() { return status::Shed("too much long work is waiting", kRefusedRetryAfter); }

bool WorkerPool::Submit(absl::AnyInvocable<void()> work) {
  absl::MutexLock lock(&state_->mutex);
  if (state_->stopping || state_->waiting.size() >= state_->waiting_max) return false;
  state_->waiting.push_back(std::move(work));
  return true;
}

}  // namespace nwd::async
