// Whether the process should be sent work: ready when no reason is held against it.
//
//   Readiness readiness({"starting"});
//   …                                     // build everything
//   readiness.Clear("starting");          // ready
//   readiness.Set("draining");            // not ready: draining
//
// Reasons are fixed short texts, shown to operators. Thread-safe.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/synchronization/mutex.h"

namespace nwd::http {

class Readiness {
 public:
  explicit Readiness(std::vector<std::string> reasons = {}) : reasons_(reasons.begin(), reasons.end()) {}
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  void Set(std::string_view reason);
  void Clear(std::string_view reason);

  bool ready() const;
  // Why not ready, sorted; empty if ready.
  std::vector<std::string> reasons() const;

  // Calls `changed` now and whenever ready() changes, in order, with this object's lock held: it must be short and must
  // not call back.
  void Watch(std::function<void(bool ready)> changed);

 private:
  void Tell(bool was_ready) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::set<std::string, std::less<>> reasons_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void(bool)>> watchers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::http
