#include "common/store_rocksdb/snapshots.h"

#include "common/base/check.h"

namespace nwd::store::rocks {

void Snapshots::Renew() {
  const rocksdb::Snapshot* taken = engine_.GetSnapshot();
  NWD_CHECK(taken != nullptr);
  Held renewed(taken, [engine = &engine_](const rocksdb::Snapshot* snapshot) { engine->ReleaseSnapshot(snapshot); });
  // The old one is released outside the lock: that takes the engine's own.
  {
    absl::MutexLock lock(&mutex_);
    newest_.swap(renewed);
  }
}

}  // namespace nwd::store::rocks
