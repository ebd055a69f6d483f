// When something is due about notices that are not answered: the index by that time, that of overdue ones, and how many
// there are. Called within a View or an Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/notice_rows.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::notices {

// When something is next due about the notice while it is not answered; nothing where nothing is. Pure.
std::optional<int64_t> NextStepUs(const storage::Notice& notice);

// Of a notice that was sent, and of one that was answered or that nobody can answer any more.
absl::Status StartFollowing(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& sent);
absl::Status StopFollowing(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& answered);

// After something was done about it: what is due next; and that it was put before the hub's administrators.
void PutStep(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& followed);
absl::Status PutOverdue(store::Txn& txn, const ids::Uuid& recipient_id, const Numbered& overdue);

absl::StatusOr<storage::NoticeCounts> Counts(const store::Reader& reader);

}  // namespace nwd::consent::notices
