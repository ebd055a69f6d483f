#include "services/consent/unused_keys.h"

#include "common/base/macros.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"

namespace nwd::consent {

void UnusedKeys::Note(const std::vector<ids::Uuid>& person_ids) {
  absl::MutexLock lock(&mutex_);
  for (const ids::Uuid& person_id : person_ids) {
    if (unused_.size() < kUnusedKeysMax) unused_.push_back(person_id);
  }
}

async::Task<absl::Status> UnusedKeys::Destroy() {
  std::vector<ids::Uuid> unused;
  {
    absl::MutexLock lock(&mutex_);
    unused.swap(unused_);
  }
  while (!unused.empty()) {
    const absl::Status destroyed = co_await DestroyIfUnused(unused.back());
    if (!destroyed.ok()) {
      Note(unused);
      co_return destroyed;
    }
    unused.pop_back();
  }
  co_return absl::OkStatus();
}

async::Task<absl::Status> UnusedKeys::DestroyIfUnused(const ids::Uuid& person_id) {
  // An update, though it changes nothing: it comes after every registration that was under way, and a store that may
  // have taken one without saying so refuses it.
  auto look = [&](store::Txn& txn) { return people::Find(txn, person_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::optional<storage::Person> registered, co_await store_.Update(look));
  if (registered.has_value()) co_return absl::OkStatus();
  co_return co_await keys_.Destroy(person_id);
}

}  // namespace nwd::consent
