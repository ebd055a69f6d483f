#include "services/referral/places.h"

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/store/proto_value.h"
#include "services/referral/keys.h"
#include "services/referral/storage.pb.h"

namespace nwd::referral::places {
namespace {

absl::Status Add(store::Txn& txn, std::string_view service_id, int64_t by) {
  NWD_ASSIGN_OR_RETURN(const int64_t held, Held(txn, service_id));
  if (held + by < 0)
    return absl::DataLossError(Cat("places of service ", service_id, " are given back more often than taken"));
  storage::Places places;
  places.set_held(held + by);
  store::PutMessage(txn, keys::Places(service_id), places);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> Held(const store::Reader& reader, std::string_view service_id) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Places> places,
                       store::Find<storage::Places>(reader, keys::Places(service_id)));
  return places ? places->held() : 0;
}

absl::StatusOr<bool> HasRoom(const store::Reader& reader, std::string_view service_id,
                             std::optional<int32_t> capacity) {
  if (!capacity) return true;
  NWD_ASSIGN_OR_RETURN(const int64_t held, Held(reader, service_id));
  return held < *capacity;
}

absl::Status Take(store::Txn& txn, std::string_view service_id) { return Add(txn, service_id, 1); }
absl::Status GiveBack(store::Txn& txn, std::string_view service_id) { return Add(txn, service_id, -1); }

}  // namespace nwd::referral::places
