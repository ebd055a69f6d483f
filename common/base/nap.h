// A plain thread's wait for some time, which somebody may end early. By a clock that is never set: absl's waits with a
// timeout go by the wall clock, and last an hour longer where that is set back an hour.
//
//   while (!nap_.For(absl::Seconds(60))) Look();        // until nap_.End()
//
// Thread-safe; for one waiting thread.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

namespace nwd {

class Nap {
 public:
  // True where it was ended, now or since the last one; false once the time is over.
  bool For(absl::Duration time) {
    const auto as_long = absl::ToChronoNanoseconds(std::min(time, kLongest));
    std::unique_lock lock(mutex_);
    const bool ended = woken_.wait_for(lock, as_long, [this] { return ended_; });
    ended_ = false;
    return ended;
  }
  // Ends the one that goes on, or that comes next.
  void End() {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
    }
    woken_.notify_one();
  }

 private:
  static constexpr absl::Duration kLongest = absl::Hours(24 * 366);

  std::mutex mutex_;
  std::condition_variable woken_;
  bool ended_ = false;
};

}  // namespace nwd
