#include "services/referral/appointment_rows.h"

#include <string>

#include "absl/functional/function_ref.h"
#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/referral/keys.h"

namespace nwd::referral::appointments {
namespace {

// What a row of a referral's appointments says of the state.
std::string StateByte(v1::AppointmentState state) { return std::string(1, static_cast<char>(state)); }

absl::StatusOr<int> CountWhere(const store::Reader& reader, std::string_view referral_id,
                               absl::FunctionRef<bool(std::string_view state_byte)> counts) {
  int count = 0;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Appointments(referral_id)), store::Direction::kForward,
                                  [&](std::string_view, std::string_view state_byte) {
                                    if (counts(state_byte)) ++count;
                                    return store::Visit::kContinue;
                                  }));
  return count;
}

}  // namespace

absl::StatusOr<std::optional<storage::Appointment>> Find(const store::Reader& reader, std::string_view appointment_id) {
  return store::Find<storage::Appointment>(reader, keys::Appointment(appointment_id));
}

void Put(store::Txn& txn, const storage::Appointment* before, const storage::Appointment& after) {
  const auto entry = [](const storage::Appointment& appointment) {
    return keys::AppointmentEntry(appointment.referral_id(), appointment.start_time_us(), appointment.appointment_id());
  };
  if (before != nullptr && entry(*before) != entry(after)) txn.Delete(entry(*before));
  txn.Put(entry(after), StateByte(after.state()));
  store::PutMessage(txn, keys::Appointment(after.appointment_id()), after);
}

absl::StatusOr<int> Count(const store::Reader& reader, std::string_view referral_id) {
  return CountWhere(reader, referral_id, [](std::string_view) { return true; });
}

absl::StatusOr<int> CountMissed(const store::Reader& reader, std::string_view referral_id) {
  const std::string missed = StateByte(v1::APPOINTMENT_STATE_NO_SHOW);
  return CountWhere(reader, referral_id, [&](std::string_view state_byte) { return state_byte == missed; });
}

}  // namespace nwd::referral::appointments
