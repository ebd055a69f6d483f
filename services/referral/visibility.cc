#include "services/referral/visibility.h"

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "services/referral/appointments.h"
#include "services/referral/texts.h"
#include "services/referral/times.h"

namespace nwd::referral {

Actors SidesOf(const storage::Referral& referral, std::string_view organisation_id) {
  Actors sides;
  if (referral.referrer_organisation_id() == organisation_id) sides = sides | Actor::kReferrer;
  if (referral.receiver_organisation_id() == organisation_id && referral.sent_sequence() != 0)
    sides = sides | Actor::kReceiver;
  return sides;
}

bool ShowsReferrersText(const storage::Referral& referral) {
  return kTakenOn.Has(referral.state()) && !referral.access_ended();
}

bool ShowsAnswer(const storage::Referral& referral) { return kOpen.Has(referral.state()) && !referral.access_ended(); }

bool ReleasesText(const storage::Referral& referral, Actors sides) {
  if (!sides.Has(Actor::kReceiver) || sides.Has(Actor::kReferrer)) return false;  // which wrote the text itself
  return (ShowsReferrersText(referral) && !referral.sealed_notes().empty()) ||
         (ShowsAnswer(referral) && !referral.sealed_answer().empty());
}

bool ShowsNote(const storage::Referral& referral, const storage::Note& note, std::string_view organisation_id,
               Actors sides) {
  if (note.author_organisation_id() == organisation_id) return true;
  if (sides.Has(Actor::kReferrer)) return referral.accepted() || note.with_move();
  return ShowsReferrersText(referral);
}

bool ShowsEvent(const storage::Referral& referral, int64_t sequence, Actors sides) {
  if (sides.Has(Actor::kReferrer)) return true;
  return (sides.Has(Actor::kReceiver) || sides.Has(Actor::kPerson)) && sequence >= referral.sent_sequence();
}

v1::Referral ShowSummary(const storage::Referral& referral, Actors sides) {
  const bool referrer = sides.Has(Actor::kReferrer);
  v1::Referral out;
  out.set_referral_id(referral.referral_id());
  out.set_correlation_id(referral.correlation_id());
  out.set_parent_referral_id(referral.parent_referral_id());
  out.set_child_referral_id(referral.child_referral_id());
  out.set_referrer_organisation_id(referral.referrer_organisation_id());
  out.set_receiver_organisation_id(referral.receiver_organisation_id());
  out.set_service_id(referral.service_id());
  *out.mutable_summary() = referral.summary();
  out.set_state(referral.state());
  out.set_reason(referral.reason());
  out.set_expected_start_on(referral.expected_start_on());
  out.set_review_on(referral.review_on());
  out.set_due_organisation_id(referral.due_organisation_id());
  if (referral.due_time_us() != 0) *out.mutable_due_time() = MicrosToTimestamp(referral.due_time_us());
  if (referral.send_time_us() != 0) *out.mutable_send_time() = MicrosToTimestamp(referral.send_time_us());
  *out.mutable_create_time() = MicrosToTimestamp(referral.create_time_us());
  *out.mutable_update_time() = MicrosToTimestamp(referral.update_time_us());
  out.set_etag(EtagOf(referral));
  if (referrer) {
    out.set_person_ref(referral.referrer_person_ref());
    *out.mutable_priority_groups() = referral.priority_groups();
    *out.mutable_alternative_service_ids() = referral.alternative_service_ids();
  } else if (sides.Has(Actor::kReceiver) && referral.accepted()) {
    out.set_person_ref(referral.receiver_person_ref());
  }
  if (referrer || sides.Has(Actor::kPerson) || referral.accepted()) {
    out.set_consent_id(referral.consent_id());
    out.set_authority_id(referral.authority_id());
    out.set_entry_channel(referral.entry_channel());
  }
  return out;
}

absl::StatusOr<v1::Referral> Show(const storage::Referral& referral, Actors sides, const person_keys::PersonKey& key) {
  const bool referrer = sides.Has(Actor::kReferrer);
  const std::string& id = referral.referral_id();
  v1::Referral out = ShowSummary(referral, sides);
  if (!referrer && !sides.Has(Actor::kReceiver)) return out;
  if (referrer || ShowsReferrersText(referral)) {
    NWD_ASSIGN_OR_RETURN(*out.mutable_notes(), OpenText(key, id, kNotes, referral.sealed_notes()));
  }
  if (referrer || ShowsAnswer(referral)) {
    NWD_ASSIGN_OR_RETURN(*out.mutable_answer(), OpenText(key, id, kAnswer, referral.sealed_answer()));
  }
  NWD_ASSIGN_OR_RETURN(*out.mutable_question(), OpenText(key, id, kQuestion, referral.sealed_question()));
  return out;
}

absl::StatusOr<v1::Note> ShowNote(const storage::Note& note, const person_keys::PersonKey& key) {
  v1::Note out;
  out.set_note_id(note.note_id());
  out.set_author_organisation_id(note.author_organisation_id());
  NWD_ASSIGN_OR_RETURN(*out.mutable_text(), OpenText(key, note.note_id(), kNotes, note.sealed_text()));
  *out.mutable_create_time() = MicrosToTimestamp(note.create_time_us());
  return out;
}

absl::StatusOr<v1::Appointment> ShowAppointment(const storage::Appointment& appointment,
                                                const person_keys::PersonKey& key) {
  v1::Appointment out;
  out.set_appointment_id(appointment.appointment_id());
  out.set_referral_id(appointment.referral_id());
  out.set_state(appointment.state());
  *out.mutable_start_time() = MicrosToTimestamp(appointment.start_time_us());
  out.set_duration_minutes(appointment.duration_minutes());
  NWD_ASSIGN_OR_RETURN(*out.mutable_place(),
                       OpenText(key, appointment.appointment_id(), kPlace, appointment.sealed_place()));
  out.set_etag(EtagOf(appointment));
  *out.mutable_create_time() = MicrosToTimestamp(appointment.create_time_us());
  return out;
}

v1::ReferralEvent ShowEvent(std::string_view referral_id, const storage::Event& event,
                            std::string_view organisation_id) {
  v1::ReferralEvent out;
  out.set_referral_id(std::string(referral_id));
  out.set_sequence(event.sequence());
  out.set_action(event.action());
  out.set_from_state(event.from_state());
  out.set_to_state(event.to_state());
  out.set_reason(event.reason());
  out.set_actor_organisation_id(event.actor_organisation_id());
  if (event.actor_organisation_id() == organisation_id) out.set_practitioner(event.practitioner());
  *out.mutable_event_time() = MicrosToTimestamp(event.event_time_us());
  out.set_feedback_invited(InvitesFeedback(event.action()));
  return out;
}

std::string EtagOf(const storage::Referral& referral) { return Cat("r", referral.revision()); }

}  // namespace nwd::referral
