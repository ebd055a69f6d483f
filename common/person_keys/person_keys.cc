#include "common/person_keys/person_keys.h"

#include <optional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "common/base/macros.h"
#include "common/crypto/random.h"
#include "common/crypto/secret.h"
#include "common/person_keys/key_cache.h"
#include "common/person_keys/wrapped_key.h"

namespace nwd::person_keys {

struct PersonKeys::State {
  State(store::Store& on, WrappingRing wrapping, size_t cached_keys_max)
      : store(on), cache(cached_keys_max), ring(std::make_shared<const WrappingRing>(std::move(wrapping))) {}

  store::Store& store;
  KeyCache cache;
  mutable absl::Mutex mutex;
  std::shared_ptr<const WrappingRing> ring ABSL_GUARDED_BY(mutex);

  std::shared_ptr<const WrappingRing> Ring() const {
    absl::MutexLock lock(&mutex);
    return ring;
  }

  // The wrapped key; nothing where there is none.
  async::Task<absl::StatusOr<std::optional<std::string>>> Read(ids::Uuid person_id) {
    auto body = [&](const store::Reader& reader) -> absl::StatusOr<std::optional<std::string>> {
      std::string wrapped;
      NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(WrappedKeyRow(person_id), &wrapped));
      if (!present) return std::nullopt;
      return wrapped;
    };
    co_return co_await store.View(body);
  }

  absl::StatusOr<PersonKey> UnwrapAndCache(const ids::Uuid& person_id, std::string_view wrapped, uint64_t epoch) {
    NWD_ASSIGN_OR_RETURN(PersonKey key, Unwrap(*Ring(), person_id, wrapped));
    return cache.Insert(person_id, std::move(key), epoch);
  }
};

PersonKeys::PersonKeys(store::Store& store, const std::vector<crypto::WrappingKey>& wrapping_keys,
                       size_t cached_keys_max)
    : state_(std::make_unique<State>(store, WrappingRing(wrapping_keys), cached_keys_max)) {}
PersonKeys::PersonKeys(store::Store& store, std::string_view wrapping_key, size_t cached_keys_max)
    : state_(std::make_unique<State>(store, WrappingRing(wrapping_key), cached_keys_max)) {}
PersonKeys::~PersonKeys() = default;

store::Store& PersonKeys::store() const { return state_->store; }
std::shared_ptr<const WrappingRing> PersonKeys::ring() const { return state_->Ring(); }
void PersonKeys::set_ring(std::shared_ptr<const WrappingRing> ring) {
  absl::MutexLock lock(&state_->mutex);
  state_->ring = std::move(ring);
}

PersonKey PersonKeys::Cached(ids::Uuid person_id) const { return state_->cache.Find(person_id); }

async::Task<absl::StatusOr<PersonKey>> PersonKeys::Find(ids::Uuid person_id) {
  if (PersonKey cached = Cached(person_id)) co_return cached;
  const uint64_t epoch = state_->cache.Epoch(person_id);
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<std::string> wrapped, co_await state_->Read(person_id));
  if (!wrapped.has_value())
    co_return absl::NotFoundError("this person has no key: there never was one, or it was destroyed");
  co_return state_->UnwrapAndCache(person_id, *wrapped, epoch);
}

async::Task<absl::StatusOr<PersonKey>> PersonKeys::Ensure(ids::Uuid person_id) {
  absl::StatusOr<PersonKey> found = co_await Find(person_id);
  if (!absl::IsNotFound(found.status())) co_return found;
  const uint64_t epoch = state_->cache.Epoch(person_id);
  // Of several that come at once, the first to commit gives the key. Wrapped within the transaction: one that comes
  // after a new ring was set uses it, so that a rotation behind it leaves nothing under an older key.
  std::string fresh = crypto::RandomBytes(crypto::kKeySizeBytes);
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::string> {
    const std::string row = WrappedKeyRow(person_id);
    std::string wrapped;
    NWD_ASSIGN_OR_RETURN(const bool present, txn.Get(row, &wrapped));
    if (present) return wrapped;
    wrapped = Wrap(*state_->Ring(), person_id, fresh);
    txn.Put(row, wrapped);
    return wrapped;
  };
  const absl::StatusOr<std::string> kept = co_await state_->store.Update(body);
  crypto::Wipe(fresh.data(), fresh.size());
  if (!kept.ok()) co_return kept.status();
  co_return state_->UnwrapAndCache(person_id, *kept, epoch);
}

async::Task<absl::Status> PersonKeys::Destroy(ids::Uuid person_id) {
  auto body = [&](store::Txn& txn) {
    txn.Delete(WrappedKeyRow(person_id));
    return absl::OkStatus();
  };
  absl::Status destroyed = co_await state_->store.Update(body);
  // Also where it failed: whether the key is gone is then not known.
  state_->cache.Destroyed(person_id);
  co_return destroyed;
}

async::Task<absl::StatusOr<PersonKey>> EnsureUnlessErased(PersonKeys& keys, ids::Uuid person_id, store::Store& data,
                                                          const IsErased& is_erased) {
  NWD_CO_ASSIGN_OR_RETURN(const bool before, co_await data.View(std::cref(is_erased)));
  if (before) co_return PersonKey();
  NWD_CO_ASSIGN_OR_RETURN(PersonKey key, co_await keys.Ensure(person_id));
  NWD_CO_ASSIGN_OR_RETURN(const bool meanwhile, co_await data.View(std::cref(is_erased)));
  if (!meanwhile) co_return key;
  NWD_CO_RETURN_IF_ERROR(co_await keys.Destroy(person_id));  // made after the destruction, it would stay for ever
  co_return PersonKey();
}

}  // namespace nwd::person_keys
