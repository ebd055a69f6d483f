#include "services/referral/appointments.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "common/base/strings.h"
#include "common/status/status.h"
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

absl::Status TooEarly(AppointmentState to, absl::Duration before_start) {
  const int64_t minutes = absl::ToInt64Minutes(before_start);
  const std::string from = minutes == 0 ? std::string("the start of the appointment on")
                                        : Cat(minutes, " minutes before the appointment starts");
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kTooEarly,
                       Cat(AppointmentStateWord(to), " can be recorded from ", from, "; record it then"),
                       {{"state", AppointmentStateWord(to)}, {"minutes_before_start", Cat(minutes)}});
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
        {{"state", state}, {"states", Words(row.from)}});
  }
  if (row.not_before_start_by && now < FromMicros(appointment.start_time_us()) - *row.not_before_start_by) {
    return TooEarly(to, *row.not_before_start_by);
  }
  storage::Appointment next = appointment;
  next.set_state(to);
  next.set_revision(appointment.revision() + 1);
  if (start) next.set_start_time_us(Micros(*start));
  return next;
}

std::string EtagOf(const storage::Appointment& appointment) { return Cat("r", appointment.revision()); }

}  // namespace nwd::referral
