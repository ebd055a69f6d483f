// Wakes who waits for notices: a recipient's watchers, and nobody else's. A bell is rung once the notices are durable.
//
//   const std::shared_ptr<async::Signal> bell = bells.Of(recipient);      // a watcher, for as long as it watches
//   const uint64_t seen = bell->Count();
//   if (no notice is there) co_await bell->WaitPast(seen, deadline);
//   ...
//   bells.Ring(recipient);                                                // after the commit
//
// It knows of this process only: a watcher looks by itself now and then (kWatchLook). Bells nobody holds are forgotten.
// Thread-safe.
#pragma once

#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/async/signal.h"
#include "common/ids/uuid.h"

namespace nwd::consent {

class NoticeBells {
 public:
  std::shared_ptr<async::Signal> Of(const ids::Uuid& recipient_id);
  void Ring(const ids::Uuid& recipient_id);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<ids::Uuid, std::weak_ptr<async::Signal>> bells_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::consent
