// A completion queue with its one thread: where handlers run and where they resume. Work from other threads (the
// committer, mostly) arrives through an inbox that is emptied with one wake-up however much is in it; timers are kept
// here, not in gRPC.
//
// Events are handled in rounds: first whatever is ready, call after call, then what those calls put off to the round's
// end, which is their answers. gRPC's code and the kernel's for sending are then run through many times in a row, in
// place of once between any two calls: processor caches hold one or the other, not both.
//
// Resume, Post and PostAt are thread-safe; everything else belongs to the queue's thread. At Stop, timers that have not
// come run at once, so that nothing waits for ever.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/async/executor.h"

namespace nwd::rpc {

// What a completion queue hands back.
class Tag {
 public:
  virtual void Complete(bool ok) = 0;

 protected:
  ~Tag() = default;
};

// Awaits one operation that was given this object as its tag: `co_await Operation([&](void* tag) { stream.Write(m,
// tag); })`.
template <class Start>
class Operation final : public Tag {
 public:
  explicit Operation(Start start) : start_(std::move(start)) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    handle_ = handle;
    start_(static_cast<Tag*>(this));
  }
  bool await_resume() const { return ok_; }
  void Complete(bool ok) override {
    ok_ = ok;
    handle_.resume();
  }

 private:
  Start start_;
  std::coroutine_handle<> handle_;
  bool ok_ = false;
};

// How many queues a server has where nothing else is asked for: one for every two cores. Threads that wait on gRPC's
// poller together wake each other; with a queue on each of two cores a call cost a third more processor than with one.
int DefaultQueues();

class Queue final : public async::Executor {
 public:
  explicit Queue(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  explicit Queue(std::unique_ptr<grpc::CompletionQueue> queue);
  ~Queue() override;

  // Serves the queue on a thread of its own until Stop.
  void Start();
  // Ends the queue: runs what is left, then joins the thread. No operation may be started afterwards.
  void Stop();

  void Resume(std::coroutine_handle<> handle) override;
  void Post(absl::AnyInvocable<void()> work) override;
  void PostAt(absl::Time time, absl::AnyInvocable<void()> work) override;

  // Awaited on the queue's thread: goes on when nothing else is ready, or the round has been long enough; with others
  // that await it, in steps: what awaits again while a round ends goes on after all the others have come so far. At once
  // where nothing is served any more.
  auto EndOfRound() {
    struct Awaiter {
      Queue& queue;
      bool await_ready() const { return queue.stopping_; }
      void await_suspend(std::coroutine_handle<> handle) { queue.put_off_.push_back(handle); }
      void await_resume() const {}
    };
    return Awaiter{*this};
  }

  // Going down: start nothing new. From the queue's thread.
  bool stopping() const { return stopping_; }
  grpc::CompletionQueue* cq() { return cq_; }
  grpc::ServerCompletionQueue* server_cq() { return server_cq_.get(); }

  // The queue whose thread this is; null elsewhere.
  static Queue* Current();

 private:
  // Wakes the queue for its inbox.
  class Wake final : public Tag {
   public:
    explicit Wake(Queue& queue) : queue_(queue) {}
    void Complete(bool ok) override;

   private:
    Queue& queue_;
  };

  struct Work {
    std::coroutine_handle<> handle;  // or
    absl::AnyInvocable<void()> work;
  };

  void Put(Work work);
  void Serve();
  void RunInbox();
  void EndRound();
  void AddTimer(absl::Time steady, absl::AnyInvocable<void()> work);
  void RunTimers(absl::Time steady_now);

  std::unique_ptr<grpc::ServerCompletionQueue> server_cq_;
  std::unique_ptr<grpc::CompletionQueue> client_cq_;
  grpc::CompletionQueue* const cq_;
  Wake wake_{*this};
  grpc::Alarm alarm_;
  absl::Mutex mutex_;
  std::vector<Work> inbox_ ABSL_GUARDED_BY(mutex_);
  bool awake_ ABSL_GUARDED_BY(mutex_) = false;                    // a wake-up is on its way
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;                  // the queue is shut down: no more wake-ups
  std::vector<Work> running_;                                     // the inbox being run
  std::vector<std::coroutine_handle<>> put_off_;                  // to the end of this round
  std::vector<std::coroutine_handle<>> ending_;                   // the round being ended
  size_t round_events_ = 0;                                       // since something was put off
  std::multimap<absl::Time, absl::AnyInvocable<void()>> timers_;  // by SteadyNow
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace nwd::rpc
