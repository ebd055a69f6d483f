// A key per person, so that destroying it erases every copy of what was sealed under it.
//
// Keys are random, wrapped under a key that is derived from the hub key for the service (wrapping_ring.h; rotated by
// key_rotation.h), and kept in a store of their own, apart from the data and its backups. Unwrapped keys are cached in memory, bounded by number
// (kCachedKeysMax), the least recently used first out.
//
//   NWD_CO_ASSIGN_OR_RETURN(PersonKey key, co_await keys.Ensure(person_id));   // made where there is none, and durable
//   std::string sealed = key->Seal(text, associated_data);
//
// Find: NOT_FOUND where there is no key (or it was destroyed). A wrapped key that does not open is DATA_LOSS. Destroy
// is durable when it answers and drops the cached copy; who still holds the shared pointer finishes its one call.
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "common/person_keys/wrapping_ring.h"
#include "common/store/store.h"

namespace nwd::person_keys {

inline constexpr size_t kCachedKeysMax = 131072;
// The block cache of the keys' store: the keys of 1,000,000 people, about 90 MiB.
inline constexpr size_t kKeyStoreCacheBytes = 96 << 20;

using PersonKey = std::shared_ptr<const crypto::AeadKey>;

class PersonKeys {
 public:
  // `wrapping_keys`: derived from the hub key for this service.
  PersonKeys(store::Store& store, const std::vector<crypto::WrappingKey>& wrapping_keys,
             size_t cached_keys_max = kCachedKeysMax);
  // Under one, 32 bytes, that is never rotated.
  PersonKeys(store::Store& store, std::string_view wrapping_key, size_t cached_keys_max = kCachedKeysMax);
  ~PersonKeys();

  async::Task<absl::StatusOr<PersonKey>> Ensure(ids::Uuid person_id);
  // From the cache or the store, on this thread, without waiting: embedded engines only read memory or disk cache.
  async::Task<absl::StatusOr<PersonKey>> Find(ids::Uuid person_id);
  // Only from the cache: null where it is not there. For hot paths.
  PersonKey Cached(ids::Uuid person_id) const;
  async::Task<absl::Status> Destroy(ids::Uuid person_id);

  // For KeyRotation: where keys lie, and what they are wrapped under. A ring that is set is used by every transaction
  // that begins afterwards; it must open all that lies there.
  store::Store& store() const;
  std::shared_ptr<const WrappingRing> ring() const;
  void set_ring(std::shared_ptr<const WrappingRing> ring);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The key of somebody who may be erased at any moment: Ensure, but null for a person who is erased, of whom no key is
// left behind. `is_erased` looks in `data`, where the erasure is written before the key is destroyed; a key made after
// that destruction is destroyed again. Everything given outlives the task.
//
//   const person_keys::IsErased is_erased = [&](const store::Reader& reader) { return people.IsErased(reader, id); };
//   NWD_CO_ASSIGN_OR_RETURN(PersonKey key, co_await EnsureUnlessErased(keys, id, data, is_erased));
//   if (key == nullptr) co_return status::Denied();
using IsErased = std::function<absl::StatusOr<bool>(const store::Reader&)>;
async::Task<absl::StatusOr<PersonKey>> EnsureUnlessErased(PersonKeys& keys, ids::Uuid person_id, store::Store& data,
                                                          const IsErased& is_erased);

}  // namespace nwd::person_keys
