// An appointment's own life, which never changes its referral's: BOOKED → RESCHEDULED → one of the ends. The table is
// data, as the referral's is.
//
// Values only, nothing of the store (appointment_rows.h); thread-safe. Errors: FAILED_PRECONDITION, reason WRONG_STATE
// (the message says which states would do) or TOO_EARLY.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "services/referral/storage.pb.h"
#include "services/referral/transitions.h"

namespace nwd::referral {

using v1::AppointmentState;
using AppointmentStates = Set<AppointmentState>;

struct AppointmentRow {
  AppointmentStates from;
  AppointmentState to;
  std::optional<absl::Duration>
      not_before_start_by;  // may be recorded from this long before its start; absent: at any time
};

std::span<const AppointmentRow> AppointmentTable();

// The appointment in its new state, with its next revision. `start` only for RESCHEDULED.
absl::StatusOr<storage::Appointment> MoveAppointment(const storage::Appointment& appointment, AppointmentState to,
                                                     absl::Time now, std::optional<absl::Time> start = std::nullopt);

std::string EtagOf(const storage::Appointment& appointment);

}  // namespace nwd::referral
