// Telling those who read a section that its source has corrected it (UK GDPR, Articles 16 and 19). Called within an Update;
// errors are the store's, or DATA_LOSS. Once it is durable, the bells of who was told are to be rung.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/categories.h"

namespace nwd::consent {

// Everybody but the source who was given this section of its, of whichever version, by the newest kDisclosuresLookedAtMax
// disclosures of the person: also who has said since that it erased it. Adds them to `told`.
absl::Status TellCorrected(store::Txn& txn, const ids::Uuid& person_id, Category category, const ids::Uuid& source,
                           absl::Time now, std::vector<ids::Uuid>& told);

}  // namespace nwd::consent
