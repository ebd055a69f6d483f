// Restrictions in the store: what of a person's record rests, and by which case. One row for each id of a person; what any
// of the ids says that were joined into one person holds for all of them (joins.h). Called within a View or an Update;
// errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/categories.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::restrictions {

// What rests now.
absl::StatusOr<CategoryMask> InForce(const store::Reader& reader, const ids::Uuid& person_id);

// By the case, whose categories they are.
absl::Status Add(store::Txn& txn, const storage::Case& row);
// False where it is not in force.
absl::StatusOr<bool> Lift(store::Txn& txn, const storage::Case& row);

}  // namespace nwd::consent::restrictions
