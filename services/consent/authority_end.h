// How an authority ends before its time, all within one transaction: its state, the notices to those who read on it, those
// whom it awaited, the change feed. After that transaction nothing permits on it. Of a consent: withdrawal.h.
//
// Called within an Update. Errors are the store's, or DATA_LOSS.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/notice.pb.h"
#include "services/consent/authority_states.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// Ends it by `event`, which must be possible in its state at `now` (checked by the caller). `notice` UNSPECIFIED: nobody is
// told. Adds who was sent a notice to `told`; once it is durable, their bells are to be rung.
absl::Status EndAuthority(store::Txn& txn, storage::Authority& authority, AuthorityEvent event, v1::NoticeType notice,
                          absl::Time now, std::vector<ids::Uuid>& told);

}  // namespace nwd::consent
