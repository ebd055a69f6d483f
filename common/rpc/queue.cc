#include "common/rpc/queue.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/steady.h"

namespace nwd::rpc {

int DefaultQueues() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2); }

namespace {

// How much is put off to a round's end, at most: a round is then some two milliseconds long. 64 cost no less processor.
constexpr size_t kRoundMax = 16;
// How many events a round lasts, at most, where most of them put nothing off: streams, calls that wait for the disk.
constexpr size_t kRoundEventsMax = 64;

thread_local Queue* current_queue = nullptr;

}  // namespace

Queue::Queue(std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : server_cq_(std::move(queue)), cq_(server_cq_.get()) {}
Queue::Queue(std::unique_ptr<grpc::CompletionQueue> queue) : client_cq_(std::move(queue)), cq_(client_cq_.get()) {}
Queue::~Queue() { NWD_CHECK(!thread_.joinable()); }

Queue* Queue::Current() { return current_queue; }

void Queue::Start() {
  thread_ = std::thread([this] { Serve(); });
}

void Queue::Stop() {
  Post([this] {
    // Timers first: whoever sleeps wakes, sees that the service is going down, and ends.
    stopping_ = true;
    RunTimers(absl::InfiniteFuture());
    EndRound();
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    cq_->Shutdown();
  });
  thread_.join();
}

void Queue::Resume(std::coroutine_handle<> handle) { Put(Work{handle, nullptr}); }
void Queue::Post(absl::AnyInvocable<void()> work) { Put(Work{nullptr, std::move(work)}); }

void Queue::PostAt(absl::Time time, absl::AnyInvocable<void()> work) {
  const absl::Time steady = SteadyNow() + (time - absl::Now());
  if (Current() == this) return AddTimer(steady, std::move(work));
  Post([this, steady, timer = std::move(work)]() mutable { AddTimer(steady, std::move(timer)); });
}

void Queue::AddTimer(absl::Time steady, absl::AnyInvocable<void()> work) {
  timers_.emplace(stopping_ ? absl::InfinitePast() : steady, std::move(work));
}

void Queue::Put(Work work) {
  absl::MutexLock lock(&mutex_);
  inbox_.push_back(std::move(work));
  // On the queue's own thread no wake-up is needed: the inbox is looked at after every event.
  if (awake_ || stopped_ || Current() == this) return;
  awake_ = true;
  alarm_.Set(cq_, gpr_inf_past(GPR_CLOCK_MONOTONIC), static_cast<Tag*>(&wake_));
}

void Queue::Wake::Complete(bool) {
  absl::MutexLock lock(&queue_.mutex_);
  queue_.awake_ = false;
}

void Queue::RunInbox() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (inbox_.empty()) return;
      running_.swap(inbox_);
    }
    for (Work& work : running_) {
      if (work.handle) {
        work.handle.resume();
      } else {
        work.work();
      }
    }
    running_.clear();
  }
}

void Queue::EndRound() {
  round_events_ = 0;
  while (!put_off_.empty()) {
    ending_.swap(put_off_);
    for (const std::coroutine_handle<> handle : ending_) handle.resume();
    ending_.clear();
  }
}

void Queue::RunTimers(absl::Time steady_now) {
  while (!timers_.empty() && timers_.begin()->first <= steady_now) {
    auto work = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    work();
  }
}

void Queue::Serve() {
  current_queue = this;
  Scope scope(this);
  while (true) {
    const absl::Time next = timers_.empty() ? absl::InfiniteFuture() : timers_.begin()->first;
    // The same clock: SteadyNow is the machine's monotonic one.
    const gpr_timespec deadline =
        next == absl::InfiniteFuture()
            ? gpr_inf_future(GPR_CLOCK_MONOTONIC)
            : gpr_time_from_nanos(absl::ToUnixNanos(std::max(next, absl::UnixEpoch())), GPR_CLOCK_MONOTONIC);
    void* tag = nullptr;
    bool ok = false;
    // Where a round waits to be ended, only what is ready now.
    const bool waiting = !put_off_.empty();
    const auto status = cq_->AsyncNext(&tag, &ok, waiting ? gpr_inf_past(GPR_CLOCK_MONOTONIC) : deadline);
    if (status == grpc::CompletionQueue::SHUTDOWN) break;
    if (status == grpc::CompletionQueue::GOT_EVENT) static_cast<Tag*>(tag)->Complete(ok);
    const bool long_enough = put_off_.size() >= kRoundMax || (waiting && ++round_events_ >= kRoundEventsMax);
    if (status == grpc::CompletionQueue::TIMEOUT || long_enough) EndRound();
    RunInbox();
    if (!timers_.empty()) RunTimers(stopping_ ? absl::InfiniteFuture() : SteadyNow());
    RunInbox();
  }
  RunInbox();
  RunTimers(absl::InfiniteFuture());
  RunInbox();
  current_queue = nullptr;
}

}  // namespace nwd::rpc
