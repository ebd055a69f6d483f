// What happens when a consent goes out of force before its time, all within one transaction: its state, its grants, the
// notices to those who read under it, the change feed. After that transaction nothing permits on it. An end closes its
// grants; a suspension keeps them, so that what was open is open again once it is resumed.
//
// A no reaches back: those who read under the consents that this one took the place of, back to the first, are told too,
// each about the consent they read under. An invalidation says nothing of those: they were good.
//
// Called within an Update. Errors are the store's, or DATA_LOSS.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/notice.pb.h"
#include "services/consent/consent_states.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// Who was sent a notice.
struct ToldOfEnd {
  std::vector<ids::Uuid> readers;  // who had read under it
  // By an invalidation: who had read under other consents, perhaps of others, which a refusal closes again. Not the
  // caller's to know of.
  std::vector<ids::Uuid> others;
};

// Takes the consent out of force by `event`, which must be possible in its state (checked by the caller). `notice`
// UNSPECIFIED: nobody is told. Answers which recipients were sent a notice; once it is durable, the bells of all are to be
// rung.
absl::StatusOr<ToldOfEnd> TakeOutOfForce(store::Txn& txn, storage::Consent& consent, ConsentEvent event,
                                         v1::NoticeType notice, absl::Time now);

}  // namespace nwd::consent
