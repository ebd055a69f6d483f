// Meeting the person: booked, attended, missed; and support starts, or does not.
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "nwd/referral/v1/appointment_service.pb.h"

namespace nwd::demo {
namespace {

namespace v1 = referral::v1;
using Figure = absl::StatusOr<std::string>;

constexpr int kMinutes = 45;
// Somebody may come before the hour, so these can be recorded as there at once; who is missing is known only when the
// hour has passed.
constexpr absl::Duration kSoon = absl::Minutes(20);
constexpr absl::Duration kVerySoon = absl::Seconds(2);
constexpr absl::Duration kReviewIn = absl::Hours(24 * 14);

struct Booked {
  std::string appointment_id;
  std::string etag;
  absl::Time start;
};

absl::StatusOr<Booked> Book(World& world, const Case& referral, absl::Duration in) {
  Booked booked = {.appointment_id = {}, .etag = {}, .start = absl::Now() + in};
  v1::BookAppointmentRequest request;
  request.set_referral_id(referral.referral_id);
  *request.mutable_start_time() = ToProto(booked.start);
  request.set_duration_minutes(kMinutes);
  request.set_place("1 Sample Street, London");
  NWD_ASSIGN_OR_RETURN(const auto made, world.Call<v1::BookAppointmentResponse>(referral.receiver, request));
  booked.appointment_id = made.appointment_id();
  booked.etag = made.etag();
  return booked;
}

absl::Status RecordAttendance(World& world, const Case& referral, const Booked& booked,
                              v1::AppointmentState attendance) {
  v1::RecordAttendanceRequest request;
  request.set_appointment_id(booked.appointment_id);
  request.set_etag(booked.etag);
  request.set_attendance(attendance);
  NWD_ASSIGN_OR_RETURN(const auto recorded, world.Call<v1::RecordAttendanceResponse>(referral.receiver, request));
  return Same("the state of an appointment", v1::AppointmentState_Name(attendance),
              v1::AppointmentState_Name(recorded.state()));
}

absl::Status Wait(World& world, Case& referral) {
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, v1::REFERRAL_ACTION_WAITLIST));
  return world.Move(referral, referral.receiver, v1::REFERRAL_ACTION_PROMOTE);
}

absl::Status HoldAndResume(World& world, Case& referral) {
  v1::TransitionReferralRequest hold;
  hold.set_action(v1::REFERRAL_ACTION_HOLD);
  hold.set_reason(v1::REFERRAL_REASON_WORK_OR_CARING);
  hold.set_review_on(absl::FormatCivilTime(absl::ToCivilDay(absl::Now() + kReviewIn, absl::UTCTimeZone())));
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, std::move(hold)).status());
  return world.Move(referral, referral.receiver, v1::REFERRAL_ACTION_RESUME);
}

absl::Status Meet(World& world, Case& referral) {
  if (referral.plot == Plot::kWaitlisted) NWD_RETURN_IF_ERROR(Wait(world, referral));
  NWD_ASSIGN_OR_RETURN(Booked booked, Book(world, referral, absl::Hours(24)));
  v1::RescheduleAppointmentRequest sooner;
  sooner.set_appointment_id(booked.appointment_id);
  sooner.set_etag(booked.etag);
  *sooner.mutable_start_time() = ToProto(absl::Now() + kSoon);
  NWD_ASSIGN_OR_RETURN(const auto moved, world.Call<v1::RescheduleAppointmentResponse>(referral.receiver, sooner));
  booked.etag = moved.etag();
  NWD_RETURN_IF_ERROR(RecordAttendance(world, referral, booked, v1::APPOINTMENT_STATE_ATTENDED));
  if (referral.plot == Plot::kWithdrawnBeforeStart) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, v1::REFERRAL_ACTION_START));
  return referral.plot == Plot::kWaitlisted ? HoldAndResume(world, referral) : absl::OkStatus();
}

Figure MeetAll(World& world, Story& story) {
  std::atomic<int> met = 0, waited = 0;
  const absl::Status done = InParallel(world.cases.size(), [&](int i) -> absl::Status {
    Case& referral = world.cases[i];
    if (referral.state != v1::REFERRAL_STATE_ACCEPTED || referral.plot == Plot::kNoShow) return absl::OkStatus();
    ++met;
    waited += referral.plot == Plot::kWaitlisted;
    return Meet(world, referral);
  });
  NWD_RETURN_IF_ERROR(done);
  story.Count("appointments_attended", met);
  return Cat(met.load(), " booked, moved and attended; ", waited.load(), " waited for a place first");
}

v1::TransitionReferralRequest NotStarted() {
  v1::TransitionReferralRequest request;
  request.set_action(v1::REFERRAL_ACTION_NOT_STARTED);
  request.set_reason(v1::REFERRAL_REASON_NO_SHOW);
  return request;
}

absl::StatusOr<Booked> BookToMiss(World& world, Case& referral) {
  const absl::Status unrecorded = world.Move(referral, referral.receiver, NotStarted()).status();
  NWD_RETURN_IF_ERROR(
      Refused("an end for a no-show that nobody recorded", unrecorded, absl::StatusCode::kFailedPrecondition));
  NWD_ASSIGN_OR_RETURN(const Booked booked, Book(world, referral, kVerySoon));
  const absl::Status early = RecordAttendance(world, referral, booked, v1::APPOINTMENT_STATE_NO_SHOW);
  NWD_RETURN_IF_ERROR(Holds("nobody is missing before the hour", !early.ok()));
  return booked;
}

Figure MissAll(World& world, Story& story) {
  std::vector<Case*> missed;
  for (Case& referral : world.cases) {
    if (referral.plot == Plot::kNoShow) missed.push_back(&referral);
  }
  std::vector<Booked> booked(missed.size());
  const absl::Status all_booked = InParallel(missed.size(), [&](int i) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(booked[i], BookToMiss(world, *missed[i]));
    return absl::OkStatus();
  });
  NWD_RETURN_IF_ERROR(all_booked);
  for (const Booked& appointment : booked) absl::SleepFor(appointment.start - absl::Now());  // the hour itself
  const absl::Status all_ended = InParallel(missed.size(), [&](int i) -> absl::Status {
    Case& referral = *missed[i];
    NWD_RETURN_IF_ERROR(RecordAttendance(world, referral, booked[i], v1::APPOINTMENT_STATE_NO_SHOW));
    NWD_RETURN_IF_ERROR(world.Move(referral, referral.receiver, NotStarted()).status());
    return world.Move(referral, referral.referrer, v1::REFERRAL_ACTION_CLOSE);
  });
  NWD_RETURN_IF_ERROR(all_ended);
  story.Count("no_shows", static_cast<int64_t>(missed.size()));
  return Cat(missed.size(), " did not come: not started, closed by the referrer (waits for the hour to pass)");
}

Figure ReferrerSeesAppointments(World& world) {
  int listed = 0;
  for (const Case& referral : world.cases) {
    if (referral.state != v1::REFERRAL_STATE_IN_PROGRESS) continue;
    v1::ListAppointmentsRequest request;
    request.set_referral_id(referral.referral_id);
    NWD_ASSIGN_OR_RETURN(const auto appointments, world.Call<v1::ListAppointmentsResponse>(referral.referrer, request));
    NWD_RETURN_IF_ERROR(Same("appointments the referrer sees", 1, appointments.appointments_size()));
    ++listed;
  }
  return Cat(listed, " referrals in progress, each with its appointment");
}

}  // namespace

void TellAppointments(World& world, Story& story) {
  story.Chapter("Appointments: meeting the person");
  story.Step("people are booked, come, and support starts", [&] { return MeetAll(world, story); });
  story.Step("who does not come is not started", [&] { return MissAll(world, story); });
  story.Step("the referrer sees the appointments", [&] { return ReferrerSeesAppointments(world); });
}

}  // namespace nwd::demo
