// The first error of the engine, kept for good: after it the store takes no more writes, because what is on disk is
// only known again after a restart. Thread-safe.
#pragma once

#include <atomic>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace nwd::store::rocks {

class Failure {
 public:
  void Set(const absl::Status& error) {
    absl::MutexLock lock(&mutex_);
    if (error_.ok()) error_ = error;
    failed_.store(true, std::memory_order_release);
  }
  bool Failed() const { return failed_.load(std::memory_order_acquire); }
  absl::Status Error() const {
    if (!Failed()) return absl::OkStatus();
    absl::MutexLock lock(&mutex_);
    return error_;
  }

 private:
  std::atomic<bool> failed_{false};
  mutable absl::Mutex mutex_;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::store::rocks
