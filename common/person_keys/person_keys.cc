#include "common/person_keys/person_keys.h"

#include <optional>

#include "common/base/macros.h"
#include "common/person_keys/key_cache.h"
#include "common/person_keys/wrapped_key.h"

namespace nwd::person_keys {

struct PersonKeys::State {
  State(store::Store& on, std::string_view key, size_t cached_keys_max)
      : store(on), wrapping_key(key), cache(cached_keys_max) {}

  store::Store& store;
  const crypto::AeadKey wrapping_key;
  KeyCache cache;

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
    NWD_ASSIGN_OR_RETURN(PersonKey key, Unwrap(wrapping_key, person_id, wrapped));
    return cache.Insert(person_id, std::move(key), epoch);
  }
};

PersonKeys::PersonKeys(store::Store& store, std::string_view wrapping_key, size_t cached_keys_max)
    : state_(std::make_unique<State>(store, wrapping_key, cached_keys_max)) {}
PersonKeys::~PersonKeys() = default;

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
  // Of several that come at once, the first to commit gives the key.
  const std::string fresh = WrapNewKey(state_->wrapping_key, person_id);
  auto body = [&](store::Txn& txn) -> absl::StatusOr<std::string> {
    const std::string row = WrappedKeyRow(person_id);
    std::string wrapped;
    NWD_ASSIGN_OR_RETURN(const bool present, txn.Get(row, &wrapped));
    if (present) return wrapped;
    txn.Put(row, fresh);
    return fresh;
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::string wrapped, co_await state_->store.Update(body));
  co_return state_->UnwrapAndCache(person_id, wrapped, epoch);
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
