// Keeps the registry that decides who may call level with what has been committed: loaded at start, then told of each
// change after its commit. Two changes may be told in either order; the later revision stands.
//
// Thread-safe.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/access/registry.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

class Trust {
 public:
  explicit Trust(access::Registry& registry) : registry_(registry) {}
  // From now on the organisation is trusted as `row` says, on every next call.
  void Publish(const storage::OrganisationRow& row);

 private:
  access::Registry& registry_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, int64_t> revisions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nwd::directory
