#include "services/referral/changes.h"

#include "services/referral/times.h"
#include "services/referral/words.h"

namespace nwd::referral {

common::v1::Change ReferralChangeOf(const storage::Referral& referral, const storage::Event& event) {
  common::v1::Change change;
  *change.mutable_change_time() = MicrosToTimestamp(event.event_time_us());
  common::v1::ReferralChange& detail = *change.mutable_referral();
  detail.set_referral_id(referral.referral_id());
  detail.set_correlation_id(referral.correlation_id());
  detail.set_person_id(referral.person_id());
  detail.set_referrer_organisation_id(referral.referrer_organisation_id());
  detail.set_receiver_organisation_id(referral.receiver_organisation_id());
  detail.set_service_id(referral.service_id());
  detail.set_action(ActionWord(event.action()));
  if (event.from_state() != v1::REFERRAL_STATE_UNSPECIFIED) detail.set_from_state(StateWord(event.from_state()));
  if (event.to_state() != v1::REFERRAL_STATE_UNSPECIFIED) detail.set_to_state(StateWord(event.to_state()));
  detail.set_reason(ReasonWord(event.reason()));
  detail.set_sequence(event.sequence());
  detail.set_borough(referral.summary().borough());
  *detail.mutable_priority_groups() = referral.priority_groups();
  detail.set_entry_channel(referral.entry_channel());
  detail.set_consent_id(referral.consent_id());
  detail.set_authority_id(referral.authority_id());
  detail.set_holds_place(referral.place_held());
  if (referral.send_time_us() != 0) *detail.mutable_send_time() = MicrosToTimestamp(referral.send_time_us());
  detail.set_accepted(referral.accepted());
  return change;
}

common::v1::Change AppointmentChangeOf(const storage::Appointment& appointment, int64_t time_us) {
  common::v1::Change change;
  *change.mutable_change_time() = MicrosToTimestamp(time_us);
  common::v1::AppointmentChange& detail = *change.mutable_appointment();
  detail.set_appointment_id(appointment.appointment_id());
  detail.set_referral_id(appointment.referral_id());
  detail.set_person_id(appointment.person_id());
  detail.set_state(AppointmentStateWord(appointment.state()));
  *detail.mutable_start_time() = MicrosToTimestamp(appointment.start_time_us());
  return change;
}

}  // namespace nwd::referral
