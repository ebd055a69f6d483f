// Follows one stream of a service in the background and keeps what came, with when it came. A stream that breaks is
// taken up again after the last cursor, as any consumer would.
//
//   Watcher<WatchNoticesRequest, WatchNoticesResponse> notices(client);
//   bool came = notices.WaitUntil([](const auto& seen) { return seen.size() >= 3; }, kPatience);
//
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/rpc/client.h"

namespace nwd::demo {

template <class Request, class Response>
class Watcher {
 public:
  struct Seen {
    Response response;
    absl::Time when;
  };

  explicit Watcher(rpc::Client& client) : client_(client), thread_([this] { Follow(); }) {}
  ~Watcher() {
    {
      absl::MutexLock lock(&mutex_);
      ending_ = true;
      if (stream_.has_value()) stream_->Cancel();
    }
    thread_.join();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Waits until what came satisfies `enough`; false where it did not within `patience`.
  template <class Enough>
  bool WaitUntil(const Enough& enough, absl::Duration patience) {
    const auto done = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return enough(seen_); };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&done), patience);
  }

  std::vector<Seen> seen() {
    absl::MutexLock lock(&mutex_);
    return seen_;
  }

  // Why the last stream ended, where one did.
  absl::Status last_end() {
    absl::MutexLock lock(&mutex_);
    return last_end_;
  }

 private:
  using Stream = rpc::Client::Stream<Response>;
  static constexpr absl::Duration kTryAgain = absl::Milliseconds(50);

  void Follow() {
    Request request;
    while (Stream* stream = Open(request)) {
      Response response;
      while (stream->Read(response)) {
        request.set_cursor(response.cursor());
        absl::MutexLock lock(&mutex_);
        seen_.push_back({response, absl::Now()});
      }
      const absl::Status end = stream->Finish();
      absl::MutexLock lock(&mutex_);
      last_end_ = end;
      if (!ending_) mutex_.AwaitWithTimeout(absl::Condition(&ending_), kTryAgain);
    }
  }

  // Null when it is time to end.
  Stream* Open(const Request& request) {
    absl::MutexLock lock(&mutex_);
    if (ending_) return nullptr;
    stream_.emplace(client_.Watch<Response>(request, {.timeout = absl::InfiniteDuration()}));
    return &*stream_;
  }

  rpc::Client& client_;
  absl::Mutex mutex_;
  std::optional<Stream> stream_ ABSL_GUARDED_BY(mutex_);
  std::vector<Seen> seen_ ABSL_GUARDED_BY(mutex_);
  absl::Status last_end_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace nwd::demo
