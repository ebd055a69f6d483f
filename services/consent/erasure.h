// Erasing a person: within one transaction nobody holds them any more, nothing is permitted about them, and whoever held
// them or was given anything is told. What was sealed under their keys cannot be read once these are destroyed, which the
// caller does when the transaction is durable (erasure_following.h goes on with what a crash cut off).
//
// Called within an Update; errors are the store's, or DATA_LOSS. Once it is durable, the bells of who was told are to be
// rung.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/family_keys.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// What is erased, by whom.
struct Erasing {
  const Parts& parts;
  ids::Uuid person_id;
  const FamilyKeys& keys;  // as far as they can be found
  ids::Uuid eraser_id;
  ids::Uuid handler_id;  // who granted it, and need not be told
  absl::Time now;
};

// Of the case `row`, which the caller closes and keeps.
absl::StatusOr<storage::Erasure> Erase(store::Txn& txn, const Erasing& erasing, const storage::Case& row,
                                       std::vector<ids::Uuid>& told);

}  // namespace nwd::consent
