// Appointments in the store: each by its id, and a referral's in the order of their times. Knows rows, not rules.
//
// Used within a View's or Update's body; errors are those of the store. Thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/store/store.h"
#include "services/referral/storage.pb.h"

namespace nwd::referral::appointments {

absl::StatusOr<std::optional<storage::Appointment>> Find(const store::Reader& reader, std::string_view appointment_id);
// `before`: what is stored now; null for a new one.
void Put(store::Txn& txn, const storage::Appointment* before, const storage::Appointment& after);

// A referral's, in any state.
absl::StatusOr<int> Count(const store::Reader& reader, std::string_view referral_id);
// Those that the person missed.
absl::StatusOr<int> CountMissed(const store::Reader& reader, std::string_view referral_id);

}  // namespace nwd::referral::appointments
