// A referral's access under a consent: open while the referral is with its receiver, closed after. Events are numbered
// by the referral, so that a message that comes late, or twice, does no harm: what an event closed opens only by a
// later one, and a close that was overtaken changes nothing. Open and Close are pure; the others are called within an
// Update, and their errors are the store's, or DATA_LOSS.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::grants {

enum class Effect {
  kOpened,
  kClosed,
  kKept,  // nothing changes for the recipient
  kLate,  // an open that a later close has overtaken: refused
};

// What an event makes of a grant (`grant` absent: there was none). Pure.
Effect Open(std::optional<storage::Grant>& grant, int64_t sequence, int64_t now_us);
Effect Close(std::optional<storage::Grant>& grant, int64_t sequence, int64_t now_us);

// Closes all grants of a consent that has ended, and in the consent itself (which the caller puts).
absl::Status CloseAll(store::Txn& txn, storage::Consent& consent, int64_t now_us);

// Closes those that are open for referrals of nobody in `family`, likewise; true where there was one.
absl::StatusOr<bool> CloseOthers(store::Txn& txn, storage::Consent& consent, const std::vector<ids::Uuid>& family,
                                 int64_t now_us);

}  // namespace nwd::consent::grants
