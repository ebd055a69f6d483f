// Places taken at a service: one row a service, counted in the transaction that takes or gives one back, so that two
// referrals can never get the last place.
//
// Used within a View's or Update's body; errors are those of the store. Thread-safe. What the service has in all comes
// from the replica of the directory; absent means no limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/store/store.h"

namespace nwd::referral::places {

absl::StatusOr<int64_t> Held(const store::Reader& reader, std::string_view service_id);
// Whether one more can be taken.
absl::StatusOr<bool> HasRoom(const store::Reader& reader, std::string_view service_id, std::optional<int32_t> capacity);
absl::Status Take(store::Txn& txn, std::string_view service_id);
absl::Status GiveBack(store::Txn& txn, std::string_view service_id);

}  // namespace nwd::referral::places
