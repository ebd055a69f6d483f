#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "tests/e2e/good_call_table.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace r = referral::v1;

r::AddNoteRequest Note(const std::string& referral_id) {
  r::AddNoteRequest note;
  note.set_referral_id(referral_id);
  note.set_text(Cat("a note, number ", NextNumber()));
  return note;
}

template <class Request>
Request OnAppointment(World& world, absl::Duration ahead = absl::Hours(48)) {
  const auto booked = world.Do<r::BookAppointmentResponse>(kReceiver, Booking(Accepted(world), ahead));
  Request request;
  request.set_appointment_id(booked.appointment_id());
  request.set_etag(booked.etag());
  return request;
}

}  // namespace

void AddReferralCalls(Table& table) {
  Add(table, kReferrer, "",
      [](World& world) { return Sending(world.Consent(kReferrer, {kReceiver}), world.service_id()); });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::GetReferralRequest get;
    get.set_referral_id(FreshReferral(world).referral_id);
    return get;
  });
  Add(table, kOutcomeService, "", [](World& world) {
    r::GetReferralPartiesRequest get;
    get.set_referral_id(FreshReferral(world).referral_id);
    return get;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    FreshReferral(world);
    FreshReferral(world);
    r::ListReferralsRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) {
    const World::Referred referred = FreshReferral(world);
    r::TransitionReferralRequest receive;
    receive.set_referral_id(referred.referral_id);
    receive.set_etag(referred.etag);
    receive.set_action(r::REFERRAL_ACTION_RECEIVE);
    return receive;
  });
  Add(table, kReferrer, kReceiver, [](World& world) { return Note(Accepted(world)); });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::ListNotesRequest list;
    list.set_referral_id(Accepted(world));
    list.set_page_size(1);
    world.Do<r::AddNoteResponse>(kReferrer, Note(list.referral_id()));
    world.Do<r::AddNoteResponse>(kReferrer, Note(list.referral_id()));
    return list;
  });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::ListEventsRequest list;
    list.set_referral_id(Accepted(world));
    list.set_page_size(1);
    return list;
  });
  Add(table, kReferrer, kStranger, [](World& world) {
    FreshReferral(world);
    return r::WatchReferralsRequest();
  });
  Add(table, kReceiver, kStranger, [](World& world) {
    FreshReferral(world);
    FreshReferral(world);
    r::ListDueRequest list;
    *list.mutable_due_before() = At(absl::Now() + absl::Hours(24 * 60));
    list.set_page_size(1);
    return list;
  });
  Add(table, kReceiver, "", [](World& world) { return Booking(Accepted(world)); });
  Add(table, kReceiver, "", [](World& world) {
    auto reschedule = OnAppointment<r::RescheduleAppointmentRequest>(world);
    *reschedule.mutable_start_time() = At(absl::Now() + absl::Hours(72));
    return reschedule;
  });
  Add(table, kReceiver, "", [](World& world) { return OnAppointment<r::CancelAppointmentRequest>(world); });
  Add(table, kReceiver, "", [](World& world) {
    auto record = OnAppointment<r::RecordAttendanceRequest>(world, /*ahead=*/-absl::Seconds(30));
    record.set_attendance(r::APPOINTMENT_STATE_ATTENDED);
    return record;
  });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::GetAppointmentRequest get;
    get.set_appointment_id(world.Do<r::BookAppointmentResponse>(kReceiver, Booking(Accepted(world))).appointment_id());
    return get;
  });
  Add(table, kReferrer, kReceiver, [](World& world) {
    r::ListAppointmentsRequest list;
    list.set_referral_id(Accepted(world));
    list.set_page_size(1);
    world.Do<r::BookAppointmentResponse>(kReceiver, Booking(list.referral_id()));
    world.Do<r::BookAppointmentResponse>(kReceiver, Booking(list.referral_id(), absl::Hours(72)));
    return list;
  });
}

}  // namespace nwd::e2e
