// What a restriction does, and its end, each in its one transaction: the row that checks look at, the notices to those who
// read what is restricted (UK GDPR, Articles 18 and 19), the change feed. Called within an Update; errors are the store's,
// or DATA_LOSS. Once it is durable, the bells of who was told are to be rung.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// By a case of the kind RESTRICTION. Tells everybody who was given any of its sections by another source, under whichever of
// the person's ids, by the newest kDisclosuresLookedAtMax disclosures: also who has said since that it erased it. Adds them
// to `told`.
absl::Status BeginRestriction(store::Txn& txn, const storage::Case& row, absl::Time now, std::vector<ids::Uuid>& told);
// Says in the case, which the caller keeps, when it was lifted. False where it was not in force.
absl::StatusOr<bool> EndRestriction(store::Txn& txn, storage::Case& row, absl::Time now);

}  // namespace nwd::consent
