// What a person refused, settled into their other consents. Each recipient of a consent that stands carries the categories
// that a refusal of the same person closes to it (consent_refusals.h), so that a check reads one row. It is settled anew
// whenever it may have changed: by a decision, when a yes turns out never to have been valid, and when people are joined or
// split, since a refusal is all of one person's, under whichever of their ids it was said (joins.h). Who read, under a consent
// in force or one that it took the place of, what a refusal closes to them since is told (NOTICE_TYPE_REFUSAL), and added to
// `told`: once it is durable, their bells are to be rung.
//
// Called within an Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// A decision was made on `decided`, which the caller keeps: what was refused before closes what is given now, and what is
// refused now closes what was given before. What is not given yet is judged when it is: only then is it known whether it
// lifts the refusal.
absl::Status SettleDecision(store::Txn& txn, storage::Consent& decided, absl::Time now, std::vector<ids::Uuid>& told);

// Somebody has joined the person's family, or left it, or a consent of theirs was invalidated. Goes through all of them.
absl::Status SettleFamily(store::Txn& txn, const ids::Uuid& person_id, absl::Time now, std::vector<ids::Uuid>& told);

}  // namespace nwd::consent
