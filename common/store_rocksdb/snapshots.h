// One snapshot of the newest durable state, shared by every view until the next commit. All writes pass the committer,
// so it alone knows when there is something new to see: a view costs a reference count instead of a walk through the
// engine's lock, and any number of reads inside it agree. Thread-safe.
#pragma once

#include <memory>

#include "absl/synchronization/mutex.h"
#include "rocksdb/db.h"

namespace nwd::store::rocks {

class Snapshots {
 public:
  using Held = std::shared_ptr<const rocksdb::Snapshot>;

  // `engine` outlives this and everything it gave out.
  explicit Snapshots(rocksdb::DB& engine) : engine_(engine) { Renew(); }

  Held Newest() const {
    absl::MutexLock lock(&mutex_);
    return newest_;
  }
  // After a write is durable and before anybody is told of it.
  void Renew();

 private:
  rocksdb::DB& engine_;
  mutable absl::Mutex mutex_;
  Held newest_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::store::rocks
