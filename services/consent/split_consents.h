// What a split changes in the consents of those who were taken for one: what was let in by the one for the other ends.
// Called within an Update, for each of the two; errors are the store's, or DATA_LOSS for what does not parse. No state.
//
// - Refusals are settled anew (settled_refusals.h): each has their own again.
// - A grant is closed whose referral is of somebody else now.
// - What the person confirmed counts no more, nor does a code that is on its way: which of the two it was, or whose contact
//   it went to, is not known. They confirm again.
//
// What was decided while they were one stands: whoever recorded a yes for the wrong person invalidates it, and a no is
// undone by a later yes as precise.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"

namespace nwd::consent {

// Adds to `told` whom a notice was sent to.
absl::Status SettleSplit(store::Txn& txn, const ids::Uuid& person_id, absl::Time now, std::vector<ids::Uuid>& told);

}  // namespace nwd::consent
