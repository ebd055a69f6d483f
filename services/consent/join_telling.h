// Telling organisations that people whom they know were joined or split. Called within an Update; errors are the store's,
// or DATA_LOSS. Once it is durable, the bells of who was told are to be rung.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"

namespace nwd::consent {

// The ids of one person, or of who was taken for one (joins.h).
using Family = std::vector<ids::Uuid>;

// Who knew both, as two: they are one. For the families as they were before the join. Adds whom it told to `told`.
absl::Status TellMerged(store::Txn& txn, const Family& one, const Family& other, absl::Time now,
                        std::vector<ids::Uuid>& told);

// Who knows both, as one, and who was given what was of one of them as the other's, or on the other's basis: they are two.
// Looks at kDisclosuresLookedAtMax disclosures of each family. For the families as they are after the split.
absl::Status TellSplit(store::Txn& txn, const Family& one, const Family& other, absl::Time now,
                       std::vector<ids::Uuid>& told);

}  // namespace nwd::consent
