// AppointmentService: books, moves, calls off and records appointments, for the receiver of a referral; shows them to
// both parties.
//
// Thread-safe. Keeps nothing of its own.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "services/referral/appointments.h"
#include "services/referral/parts.h"

namespace nwd::referral {

class AppointmentService {
 public:
  explicit AppointmentService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::BookAppointmentResponse>> BookAppointment(rpc::Call& call,
                                                                           const v1::BookAppointmentRequest& request);
  async::Task<absl::StatusOr<v1::RescheduleAppointmentResponse>> RescheduleAppointment(
      rpc::Call& call, const v1::RescheduleAppointmentRequest& request);
  async::Task<absl::StatusOr<v1::CancelAppointmentResponse>> CancelAppointment(
      rpc::Call& call, const v1::CancelAppointmentRequest& request);
  async::Task<absl::StatusOr<v1::RecordAttendanceResponse>> RecordAttendance(
      rpc::Call& call, const v1::RecordAttendanceRequest& request);
  async::Task<absl::StatusOr<v1::GetAppointmentResponse>> GetAppointment(rpc::Call& call,
                                                                         const v1::GetAppointmentRequest& request);
  async::Task<absl::StatusOr<v1::ListAppointmentsResponse>> ListAppointments(
      rpc::Call& call, const v1::ListAppointmentsRequest& request);

 private:
  // Moves an appointment of the calling receiver to another state.
  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> Move(rpc::Call& call, const Request& request, AppointmentState to,
                                             std::optional<absl::Time> start);

  const Parts& parts_;
};

}  // namespace nwd::referral
