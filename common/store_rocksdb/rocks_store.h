// The embedded engine: RocksDB under one folder, for one process.
//
//   absl::StatusOr<std::unique_ptr<store::Store>> store = store::RocksStore::Open({.folder = "/var/lib/nwd/consent"});
//
// One committer thread takes every update that waits, runs the bodies in order, each seeing the effects of those before
// it, and makes them durable by one synced write; only then are callers resumed and watchers of feeds woken. A view
// reads the newest durable state.
//
// After an error in writing, the store is read-only until the process restarts and recovery settles what is on disk:
// Health() says why and updates are UNAVAILABLE.
//
// The destructor commits what was taken, then closes. Nobody may use the store by then.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/store/store.h"

namespace nwd::store {

struct RocksOptions {
  // Made, for this user alone, where it does not exist; its parent must.
  std::string folder;
  // 0: kBlockCacheBytes of limits.h.
  size_t block_cache_bytes = 0;
};

class RocksStore {
 public:
  // Errors are one sentence that says what to do: FAILED_PRECONDITION where the folder cannot be used (not writable, in
  // use by another process, another format), DATA_LOSS where what it holds is damaged.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const RocksOptions& options);

  // Rewrites the live files so that nothing is in them, the log included, that was deleted or written over before the call.
  // `store` is one that Open made. Blocks, for about a second for each 100 MB; calls go on meanwhile. For erasing: what
  // was deleted otherwise stays on disk until the engine comes to merge the file it is in.
  static absl::Status ForgetDeleted(Store& store);
};

}  // namespace nwd::store
