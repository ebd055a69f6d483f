// Unwrapped keys in memory, a bounded number, the least recently used of a shard first out. Thread-safe: shards with a
// lock each, held for some tens of nanoseconds.
//
// A key read from the store while it is being destroyed must not come back into the cache: whoever fills it names the
// shard's epoch from before the reading, and a destruction since then makes the filling void.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/ids/uuid.h"
#include "common/person_keys/person_keys.h"

namespace nwd::person_keys {

class KeyCache {
 public:
  explicit KeyCache(size_t keys_max);

  // Null where it is not there.
  PersonKey Find(const ids::Uuid& person_id);
  uint64_t Epoch(const ids::Uuid& person_id) const;
  // The key as cached afterwards: of two that come at once, both get the same. Not kept where the epoch is over.
  PersonKey Insert(const ids::Uuid& person_id, PersonKey key, uint64_t epoch);
  void Destroyed(const ids::Uuid& person_id);

 private:
  static constexpr size_t kShards = 64;
  static constexpr uint32_t kNone = UINT32_MAX;

  // In a ring from the most to the least recently used.
  struct Node {
    ids::Uuid person_id;
    PersonKey key;
    uint32_t newer = kNone;
    uint32_t older = kNone;
  };

  struct alignas(64) Shard {
    mutable absl::Mutex mutex;
    absl::flat_hash_map<ids::Uuid, uint32_t> index ABSL_GUARDED_BY(mutex);
    std::vector<Node> nodes ABSL_GUARDED_BY(mutex);
    std::vector<uint32_t> free ABSL_GUARDED_BY(mutex);
    uint32_t newest ABSL_GUARDED_BY(mutex) = kNone;
    uint32_t oldest ABSL_GUARDED_BY(mutex) = kNone;
    uint64_t epoch ABSL_GUARDED_BY(mutex) = 0;

    void Link(uint32_t at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    void Unlink(uint32_t at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
    void Remove(uint32_t at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  };

  // An id's last byte is random in every version we make.
  Shard& ShardOf(const ids::Uuid& person_id) {
    return shards_[static_cast<uint8_t>(person_id.bytes()[ids::Uuid::kSizeBytes - 1]) % kShards];
  }
  const Shard& ShardOf(const ids::Uuid& person_id) const { return const_cast<KeyCache*>(this)->ShardOf(person_id); }

  const size_t keys_per_shard_max_;
  std::array<Shard, kShards> shards_;
};

}  // namespace nwd::person_keys
