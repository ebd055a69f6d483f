#include "services/referral/appointments.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/referral/keys.h"
#include "services/referral/limits.h"
#include "services/referral/reasons.h"
#include "services/referral/times.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

constexpr AppointmentStates kNone = v1::APPOINTMENT_STATE_UNSPECIFIED;
constexpr AppointmentStates kAhead = {v1::APPOINTMENT_STATE_BOOKED, v1::APPOINTMENT_STATE_RESCHEDULED};

const AppointmentRow kTable[] = {
    {kNone, v1::APPOINTMENT_STATE_BOOKED, std::nullopt},
    {kAhead, v1::APPOINTMENT_STATE_RESCHEDULED, std::nullopt},
    {kAhead, v1::APPOINTMENT_STATE_ATTENDED, kEarlyArrivalMax},
    {kAhead, v1::APPOINTMENT_STATE_LATE, absl::ZeroDuration()},
    {kAhead, v1::APPOINTMENT_STATE_NO_SHOW, absl::ZeroDuration()},
    {kAhead, v1::APPOINTMENT_STATE_CANCELLED_BY_PERSON, std::nullopt},
    {kAhead, v1::APPOINTMENT_STATE_CANCELLED_BY_PROVIDER, std::nullopt},
};

const AppointmentRow& RowTo(AppointmentState to) {
  for (const AppointmentRow& row : kTable) {
    if (row.to == to) return row;
  }
  return kTable[0];  // nothing leads to UNSPECIFIED; BOOKED takes nothing that exists
}

std::string Words(AppointmentStates states) {
  std::vector<std::string> words;
  for (int number = v1::AppointmentState_MIN; number <= v1::AppointmentState_MAX; ++number) {
    const auto state = static_cast<AppointmentState>(number);
    if (states.Has(state)) words.push_back(AppointmentStateWord(state));
  }
  return absl::StrJoin(words, ", ");
}

}  // namespace

std::span<const AppointmentRow> AppointmentTable() { return kTable; }

absl::StatusOr<storage::Appointment> MoveAppointment(const storage::Appointment& appointment, AppointmentState to,
                                                     absl::Time now, std::optional<absl::Time> start) {
  const AppointmentRow& row = RowTo(to);
  if (!row.from.Has(appointment.state())) {
    const std::string state = AppointmentStateWord(appointment.state());
    return status::Error(
        absl::StatusCode::kFailedPrecondition, reasons::kWrongState,
        Cat("the appointment is ", state, "; it can become ", AppointmentStateWord(to), " from ", Words(row.from)),
        {{"state", state}});
  }
  if (row.not_before_start_by && now < FromMicros(appointment.start_time_us()) - *row.not_before_start_by) {
    return status::Error(
        absl::StatusCode::kFailedPrecondition, reasons::kTooEarly,
        Cat(AppointmentStateWord(to), " can be recorded from ",
            *row.not_before_start_by == absl::ZeroDuration()
                ? std::string("the start of the appointment on")
                : Cat(absl::FormatDuration(*row.not_before_start_by), " before the appointment starts")));
  }
  storage::Appointment next = appointment;
  next.set_state(to);
  next.set_revision(appointment.revision() + 1);
  if (start) next.set_start_time_us(Micros(*start));
  return next;
}

std::string EtagOf(const storage::Appointment& appointment) { return Cat("r", appointment.revision()); }

absl::StatusOr<std::optional<storage::Appointment>> FindAppointment(const store::Reader& reader,
                                                                    std::string_view appointment_id) {
  return store::Find<storage::Appointment>(reader, keys::Appointment(appointment_id));
}

void PutAppointment(store::Txn& txn, const storage::Appointment* before, const storage::Appointment& after) {
  const auto entry = [](const storage::Appointment& appointment) {
    return keys::AppointmentEntry(appointment.referral_id(), appointment.start_time_us(), appointment.appointment_id());
  };
  if (before != nullptr && entry(*before) != entry(after)) txn.Delete(entry(*before));
  txn.Put(entry(after), std::string(1, static_cast<char>(after.state())));
  store::PutMessage(txn, keys::Appointment(after.appointment_id()), after);
}

absl::StatusOr<int> CountAppointments(const store::Reader& reader, std::string_view referral_id) {
  int count = 0;
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(keys::Appointments(referral_id)), store::Direction::kForward,
                                  [&](std::string_view, std::string_view) {
                                    ++count;
                                    return store::Visit::kContinue;
                                  }));
  return count;
}

}  // namespace nwd::referral
