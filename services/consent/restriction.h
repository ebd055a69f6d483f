// Telling those who read a section that the person had it restricted (UK GDPR, Articles 18 and 19). Called within an Update;
// errors are the store's, or DATA_LOSS. Once it is durable, the bells of who was told are to be rung.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/categories.h"

namespace nwd::consent {

// Everybody who was given any of these sections by another source, under whichever of the person's ids, by the newest
// kDisclosuresLookedAtMax disclosures: also who has said since that it erased it. Adds them to `told`.
absl::Status TellRestricted(store::Txn& txn, const ids::Uuid& person_id, CategoryMask categories, absl::Time now,
                            std::vector<ids::Uuid>& told);

}  // namespace nwd::consent
