#include "services/consent/parts.h"

#include "common/base/timestamps.h"
#include "common/log/log.h"
#include "services/consent/authority_states.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/ties.h"

namespace nwd::consent {

Figures::Figures(metrics::Registry& registry)
    : checks_permitted(registry.AddCounter("nwd_consent_checks_total", "Access checks by decision.")
                           .With({{"decision", "permitted"}})),
      checks_denied(
          registry.AddCounter("nwd_consent_checks_total", "Access checks by decision.").With({{"decision", "denied"}})),
      reads_permitted(registry.AddCounter("nwd_consent_reads_total", "Record reads by decision.")
                          .With({{"decision", "permitted"}})),
      reads_denied(
          registry.AddCounter("nwd_consent_reads_total", "Record reads by decision.").With({{"decision", "denied"}})),
      withdrawals(registry.AddCounter("nwd_consent_withdrawals_total", "Consents withdrawn.").With({})),
      notices(registry.AddCounter("nwd_consent_notices_total", "Notices sent to recipients.").With({})),
      corruptions(registry.AddCounter("nwd_consent_corruptions_total", "Kept values that did not open.").With({})),
      matches_shown(registry.AddCounter("nwd_consent_matches_total", "Possible matches by what came of them.")
                        .With({{"outcome", "shown"}})),
      matches_confirmed(registry.AddCounter("nwd_consent_matches_total", "Possible matches by what came of them.")
                            .With({{"outcome", "confirmed"}})),
      matches_refused(registry.AddCounter("nwd_consent_matches_total", "Possible matches by what came of them.")
                          .With({{"outcome", "refused"}})),
      notice_reminders(
          registry.AddCounter("nwd_consent_notice_reminders_total", "Reminders of notices not answered.").With({})),
      notices_open(registry
                       .AddGauge("nwd_consent_notices_open",
                                 "Notices that await an answer, but for those to send a code; every 30 seconds.")
                       .With({})),
      notices_overdue(registry
                          .AddGauge("nwd_consent_notices_overdue",
                                    "Notices whose answer is overdue and that were put before the hub's "
                                    "administrators; every 30 seconds.")
                          .With({})),
      emergency_reviews_overdue(registry
                                    .AddGauge("nwd_consent_emergency_reviews_overdue",
                                              "Emergency accesses whose review is overdue, counted every 30 seconds.")
                                    .With({})),
      cases_overdue(registry
                        .AddGauge("nwd_consent_cases_overdue",
                                  "Cases of people's rights that are overdue, counted every 30 seconds.")
                        .With({})),
      erasures_open(registry
                        .AddGauge("nwd_consent_erasures_open",
                                  "Erasures that were carried out and are not complete, counted as they are followed.")
                        .With({})),
      enrolments(
          registry.AddCounter("nwd_consent_enrolments_total", "People who enrolled with a resident channel.").With({})),
      codes_refused(
          registry.AddCounter("nwd_consent_codes_refused_total", "One-time codes that opened nothing.").With({})) {}

std::string Record(const Parts& parts, store::Txn& txn, std::string_view type, absl::Time now,
                   const ids::Uuid& person_id, const person_keys::PersonKey& key, const storage::Deed& deed) {
  return parts.audit.AppendUnder(key.get(), txn, type, now, person_id, deed);
}

storage::Deed DeedOf(const rpc::Call& call) {
  storage::Deed deed;
  if (call.caller().IsService()) {
    deed.set_service(call.caller().service);
  } else {
    deed.set_organisation_id(std::string(OrganisationOf(call).bytes()));
    deed.set_practitioner(call.practitioner());
  }
  return deed;
}

async::Task<absl::StatusOr<person_keys::PersonKey>> KeyOrNull(const Parts& parts, ids::Uuid person_id) {
  absl::StatusOr<person_keys::PersonKey> key = co_await parts.person_keys.Find(person_id);
  if (absl::IsNotFound(key.status())) co_return person_keys::PersonKey();
  if (!key.ok()) co_return Corrupt(parts, "a person's key", key.status());
  co_return key;
}

ids::Uuid OrganisationOf(const rpc::Call& call) { return IdIn(call.organisation_id()); }

absl::StatusOr<ids::Uuid> HeldPerson(const Parts& parts, const store::Reader& reader, rpc::Call& call,
                                     const std::string& person_ref) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid person_id = parts.references.PersonOf(organisation, person_ref).value_or(ids::Uuid());
  NWD_ASSIGN_OR_RETURN(const bool theirs, ties::HasPerson(reader, ties::AskerOf(call), person_id));
  if (!theirs) return status::Denied();
  call.ProveTie(common::v1::TIE_PERSON_HOLDER);
  return person_id;
}

ids::Uuid IdIn(std::string_view text) { return ids::Uuid::Parse(text).value_or(ids::Uuid()); }

void AppendPersonChange(store::Txn& txn, const ids::Uuid& person_id, common::v1::PersonChange::Type type,
                        const ids::Uuid& organisation_id, absl::Time now, const ids::Uuid& other) {
  common::v1::Change change;
  *change.mutable_change_time() = ToTimestamp(now);
  change.mutable_person()->set_person_id(person_id.ToString());
  change.mutable_person()->set_type(type);
  change.mutable_person()->set_organisation_id(organisation_id.ToString());
  if (!other.is_nil()) change.mutable_person()->set_other_person_id(other.ToString());
  txn.Append(store::Feed::kChanges, change.SerializeAsString());
}

common::v1::Change ConsentChangeOf(const storage::Consent& consent, absl::Time time, const ids::Uuid& superseded) {
  common::v1::Change change;
  *change.mutable_change_time() = ToTimestamp(time);
  common::v1::ConsentChange& detail = *change.mutable_consent();
  detail.set_consent_id(consents::IdOf(consent.consent_id()).ToString());
  detail.set_person_id(consents::IdOf(consent.person_id()).ToString());
  detail.set_state(std::string(StateName(consent.state())));
  detail.set_captor_organisation_id(consents::IdOf(consent.captor_organisation_id()).ToString());
  for (const storage::Recipient& recipient : consent.recipients()) {
    detail.add_recipient_organisation_ids(consents::IdOf(recipient.organisation_id()).ToString());
  }
  detail.set_purpose(consent.purpose());
  if (!superseded.is_nil()) detail.set_supersedes_consent_id(superseded.ToString());
  return change;
}

void AppendConsentChange(store::Txn& txn, const storage::Consent& consent, absl::Time now,
                         const ids::Uuid& superseded) {
  txn.Append(store::Feed::kChanges, ConsentChangeOf(consent, now, superseded).SerializeAsString());
}

common::v1::Change AuthorityChangeOf(const storage::Authority& authority, v1::AuthorityState state, absl::Time time) {
  common::v1::Change change;
  *change.mutable_change_time() = ToTimestamp(time);
  common::v1::AuthorityChange& detail = *change.mutable_authority();
  detail.set_authority_id(consents::IdOf(authority.authority_id()).ToString());
  detail.set_person_id(consents::IdOf(authority.person_id()).ToString());
  detail.set_state(std::string(StateName(state)));
  detail.set_asserter_organisation_id(consents::IdOf(authority.asserter_organisation_id()).ToString());
  return change;
}

void AppendAuthorityChange(store::Txn& txn, const storage::Authority& authority, absl::Time now) {
  txn.Append(store::Feed::kChanges, AuthorityChangeOf(authority, StateAt(authority, now), now).SerializeAsString());
}

void RingBells(const Parts& parts, const std::vector<ids::Uuid>& told) {
  parts.figures.notices.Increment(static_cast<double>(told.size()));
  for (const ids::Uuid& recipient : told) parts.notice_bells.Ring(recipient);
}

absl::Status Corrupt(const Parts& parts, std::string_view what, const absl::Status& error) {
  if (absl::IsDataLoss(error)) {
    parts.figures.corruptions.Increment();
    log::Line(log::Level::kError, "consent.corrupt").Str("what", what).Status(error).Emit();
  }
  return error;
}

}  // namespace nwd::consent
