// Keys made for registrations that joined somebody or failed: noted by the registration, destroyed later. What a
// process that is killed leaves are keys to nothing.
//
// Thread-safe. What it is given outlives it.
#pragma once

#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/async/task.h"
#include "common/ids/uuid.h"
#include "common/person_keys/person_keys.h"
#include "common/store/store.h"

namespace nwd::consent {

class UnusedKeys {
 public:
  UnusedKeys(store::Store& store, person_keys::PersonKeys& keys) : store_(store), keys_(keys) {}

  // These may be nobody's. Beyond kUnusedKeysMax they are let go, and stay as keys to nothing.
  void Note(const std::vector<ids::Uuid>& person_ids);
  // Destroys those of whom nobody was registered. On an error those that are left wait for the next time.
  async::Task<absl::Status> Destroy();

 private:
  async::Task<absl::Status> DestroyIfUnused(const ids::Uuid& person_id);

  store::Store& store_;
  person_keys::PersonKeys& keys_;
  absl::Mutex mutex_;
  std::vector<ids::Uuid> unused_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::consent
