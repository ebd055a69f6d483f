// Appointments: a life of their own that never changes the referral's.
#include "services/referral/appointments.h"

#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: states

class Appointments : public Office {
 protected:
  BookAppointmentRequest Booking(const std::string& referral_id, absl::Duration ahead) {
    BookAppointmentRequest request;
    request.set_referral_id(referral_id);
    *request.mutable_start_time() = ToTimestamp(clock_.Now() + ahead);
    request.set_duration_minutes(45);
    request.set_place("Room 4, ask for the blue door");
    return request;
  }
  absl::StatusOr<BookAppointmentResponse> Book(const std::string& referral_id, absl::Duration ahead = absl::Hours(24),
                                               const std::string& who = "college") {
    return Call(who, appointments_, &AppointmentService::BookAppointment, Booking(referral_id, ahead));
  }
  absl::StatusOr<RecordAttendanceResponse> Record(const std::string& appointment_id, const std::string& etag,
                                                  AppointmentState attendance, const std::string& who = "college") {
    RecordAttendanceRequest request;
    request.set_appointment_id(appointment_id);
    request.set_etag(etag);
    request.set_attendance(attendance);
    return Call(who, appointments_, &AppointmentService::RecordAttendance, request);
  }
  absl::StatusOr<Appointment> Show(const std::string& appointment_id, const std::string& who) {
    GetAppointmentRequest request;
    request.set_appointment_id(appointment_id);
    const auto answer = Call(who, appointments_, &AppointmentService::GetAppointment, request);
    if (!answer.ok()) return answer.status();
    return answer->appointment();
  }
};

TEST_F(Appointments, AreBookedMovedAndAttendedAndTheReferralStays) {
  const std::string id = Accepted();
  const auto booked = Book(id);
  ASSERT_TRUE(booked.ok()) << booked.status();
  RescheduleAppointmentRequest later;
  later.set_appointment_id(booked->appointment_id());
  later.set_etag(booked->etag());
  *later.mutable_start_time() = ToTimestamp(clock_.Now() + absl::Hours(48));
  const auto moved = Call("college", appointments_, &AppointmentService::RescheduleAppointment, later);
  ASSERT_TRUE(moved.ok()) << moved.status();
  clock_.Advance(absl::Hours(48));
  const auto attended = Record(booked->appointment_id(), moved->etag(), APPOINTMENT_STATE_ATTENDED);
  ASSERT_TRUE(attended.ok()) << attended.status();
  EXPECT_EQ(StateNow(id), "ACCEPTED");
  EXPECT_EQ(Stored(id).sequence(), 3) << "no event of the referral";
  const std::vector<std::string> changes = Changes();
  EXPECT_EQ(std::vector<std::string>(changes.end() - 3, changes.end()),
            (std::vector<std::string>{"appointment BOOKED", "appointment RESCHEDULED", "appointment ATTENDED"}));
}

TEST_F(Appointments, AreSeenByBothPartiesAndNobodyElse) {
  const std::string id = Accepted();
  const std::string appointment = Book(id)->appointment_id();
  EXPECT_EQ(Show(appointment, "college")->place(), "Room 4, ask for the blue door");
  EXPECT_EQ(Show(appointment, "jobcentre")->duration_minutes(), 45);
  EXPECT_EQ(Show(appointment, "stranger").status(), status::Denied());
  EXPECT_EQ(Show(Id("nothing"), "college").status(), status::Denied());
}

TEST_F(Appointments, AreTheReceiversToBook) {
  const std::string id = Accepted();
  EXPECT_EQ(Book(id, absl::Hours(24), "jobcentre").status(), status::Denied());
  EXPECT_EQ(Book(id, absl::Hours(24), "stranger").status(), status::Denied());
}

TEST_F(Appointments, AreBookedOnlyForAReferralThatWasTakenOn) {
  const std::string id = Made();
  EXPECT_EQ(status::ReasonOf(Book(id).status()), "WRONG_STATE");
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_RISK);
  EXPECT_EQ(status::ReasonOf(Book(id).status()), "WRONG_STATE");
}

TEST_F(Appointments, LieAheadButNotTooFar) {
  const std::string id = Accepted();
  EXPECT_EQ(Book(id, -absl::Hours(1)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Book(id, absl::Hours(24 * 400)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Appointments, NobodyIsLateOrMissingBeforeTheStartThoughSomeComeEarly) {
  const std::string id = Accepted();
  const auto booked = Book(id, absl::Hours(24));
  for (const AppointmentState state : {APPOINTMENT_STATE_LATE, APPOINTMENT_STATE_NO_SHOW, APPOINTMENT_STATE_ATTENDED}) {
    EXPECT_EQ(status::ReasonOf(Record(booked->appointment_id(), booked->etag(), state).status()), "TOO_EARLY");
  }
  clock_.Advance(absl::Hours(23));
  EXPECT_EQ(status::ReasonOf(Record(booked->appointment_id(), booked->etag(), APPOINTMENT_STATE_NO_SHOW).status()),
            "TOO_EARLY");
  EXPECT_TRUE(Record(booked->appointment_id(), booked->etag(), APPOINTMENT_STATE_ATTENDED).ok());
}

TEST_F(Appointments, AMissedOneLetsTheReferralEndAsNoShow) {
  const std::string id = Accepted();
  const auto booked = Book(id, absl::Hours(1));
  clock_.Advance(absl::Hours(1));
  ASSERT_TRUE(Record(booked->appointment_id(), booked->etag(), APPOINTMENT_STATE_NO_SHOW).ok());
  Moved("college", id, REFERRAL_ACTION_NOT_STARTED, REFERRAL_REASON_NO_SHOW);
}

TEST_F(Appointments, AStaleEtagOrAnEndChangesNothing) {
  const std::string id = Accepted();
  const auto booked = Book(id, absl::Hours(1));
  CancelAppointmentRequest cancel;
  cancel.set_appointment_id(booked->appointment_id());
  cancel.set_etag("r99");
  EXPECT_EQ(Call("college", appointments_, &AppointmentService::CancelAppointment, cancel).status().code(),
            absl::StatusCode::kAborted);
  cancel.set_etag(booked->etag());
  cancel.set_by_person(true);
  const auto cancelled = Call("college", appointments_, &AppointmentService::CancelAppointment, cancel);
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  EXPECT_EQ(cancelled->state(), APPOINTMENT_STATE_CANCELLED_BY_PERSON);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(status::ReasonOf(Record(booked->appointment_id(), cancelled->etag(), APPOINTMENT_STATE_ATTENDED).status()),
            "WRONG_STATE");
}

TEST_F(Appointments, AttendanceIsOneOfThree) {
  const std::string id = Accepted();
  const auto booked = Book(id);
  EXPECT_EQ(Record(booked->appointment_id(), booked->etag(), APPOINTMENT_STATE_BOOKED).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Appointments, AreListedByTheirTime) {
  const std::string id = Accepted();
  const std::string later = Book(id, absl::Hours(48))->appointment_id();
  const std::string sooner = Book(id, absl::Hours(24))->appointment_id();
  ListAppointmentsRequest request;
  request.set_referral_id(id);
  const auto listed = Call("jobcentre", appointments_, &AppointmentService::ListAppointments, request);
  ASSERT_TRUE(listed.ok() && listed->appointments_size() == 2) << listed.status();
  EXPECT_EQ(listed->appointments(0).appointment_id(), sooner);
  EXPECT_EQ(listed->appointments(1).appointment_id(), later);
}

TEST(AppointmentTable, EveryStateAndEveryMove) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  for (int from = AppointmentState_MIN; from <= AppointmentState_MAX; ++from) {
    for (const AppointmentRow& row : AppointmentTable()) {
      storage::Appointment appointment;
      appointment.set_state(static_cast<AppointmentState>(from));
      appointment.set_start_time_us(Micros(now));
      const auto moved = MoveAppointment(appointment, row.to, now, now);
      const bool ahead = from == APPOINTMENT_STATE_BOOKED || from == APPOINTMENT_STATE_RESCHEDULED;
      const bool may = row.to == APPOINTMENT_STATE_BOOKED ? from == APPOINTMENT_STATE_UNSPECIFIED : ahead;
      EXPECT_EQ(moved.ok(), may) << from << " → " << row.to << ": " << moved.status();
    }
  }
}

}  // namespace
}  // namespace nwd::referral
