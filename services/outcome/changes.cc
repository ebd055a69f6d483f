#include "services/outcome/changes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
#include "services/outcome/families.h"
#include "services/outcome/journeys.h"
#include "services/outcome/outcome_kinds.h"

namespace nwd::outcome {
namespace {

using common::v1::PersonChange;

// "person.merged". Whoever registers somebody registered them, also where others had before: from the journey nobody learns
// that the person was known to others.
std::string StepType(PersonChange::Type type) {
  if (type == PersonChange::TYPE_JOINED) type = PersonChange::TYPE_REGISTERED;
  return absl::AsciiStrToLower(Cat("person.", PersonChange::Type_Name(type).substr(sizeof("TYPE_") - 1)));
}

// Actions on the referrer's side; all others happen on the receiver's.
constexpr std::array<std::string_view, 6> kReferrerActions{"CREATE", "SEND", "ANSWER", "WITHDRAW", "CLOSE", "SWEEP"};

std::string TypeOf(std::string_view thing, const std::string& name) {
  return Cat(thing, ".", absl::AsciiStrToLower(name));
}

// What the suite notes about a referral, and nobody did.
constexpr std::array<std::string_view, 2> kNotSteps{"NUDGE", "CONSENT_RENEWED"};

// When an outcome stands in a journey: by the end of the day it happened, or when it was recorded if that was earlier.
absl::Time StepTimeOf(const storage::OutcomeRow& outcome, absl::Time recorded) {
  const std::optional<absl::CivilDay> day = calendar::ParseDay(outcome.occurred_on());
  if (!day) return recorded;
  return std::min(recorded, calendar::EndOf(*day) - absl::Microseconds(1));
}

// The month in which a person counts as registered: that of the first of their registrations known here.
absl::StatusOr<std::optional<Month>> FirstMonthOf(const store::Reader& reader, ids::Uuid person) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, families::Of(reader, person));
  std::optional<Month> first;
  for (const ids::Uuid id : family) {
    NWD_ASSIGN_OR_RETURN(const std::optional<Month> month, Journeys::RegisteredIn(reader, id));
    if (month && (!first || *month < *first)) first = month;
  }
  return first;
}

// Of two people, the month that counts only while they are two: nothing where only one of them counts.
absl::StatusOr<std::optional<Month>> LaterMonthOf(const store::Reader& reader, ids::Uuid one, ids::Uuid other) {
  NWD_ASSIGN_OR_RETURN(const std::optional<Month> a, FirstMonthOf(reader, one));
  NWD_ASSIGN_OR_RETURN(const std::optional<Month> b, FirstMonthOf(reader, other));
  return a && b ? std::max(a, b) : std::nullopt;
}

}  // namespace

absl::Status Changes::Apply(store::Txn& txn, const common::v1::Change& change) const {
  const absl::Time time = FromTimestamp(change.change_time());
  switch (change.detail_case()) {
    case common::v1::Change::kPerson:
      return ApplyPerson(txn, change.person(), time);
    case common::v1::Change::kConsent:
      // Only what happened is a step.
      return change.restated() ? absl::OkStatus() : ApplyConsent(txn, change.consent(), time);
    case common::v1::Change::kReferral:
      return ApplyReferral(txn, change.referral(), time);
    case common::v1::Change::kAppointment:
      return ApplyAppointment(txn, change.appointment(), time);
    case common::v1::Change::kOutcome:
      return ApplyOutcome(txn, change.outcome(), time);
    default:
      return absl::OkStatus();
  }
}

absl::Status Changes::ApplyPerson(store::Txn& txn, const PersonChange& change, absl::Time time) const {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid person, IdOf("person_id", change.person_id()));
  if (change.type() == PersonChange::TYPE_ERASED) {
    NWD_ASSIGN_OR_RETURN(const bool erased, Journeys::IsErased(txn, person));
    if (erased) return absl::OkStatus();
    Journeys::MarkErased(txn, person);
    on_erased_(txn, person);
    return families::Forget(txn, person);
  }
  NWD_ASSIGN_OR_RETURN(const ids::Uuid organisation, IdOf("organisation_id", change.organisation_id()));
  Step step{.time = time, .sequence = 0, .source = organisation, .row = {}};
  step.row.set_type(StepType(change.type()));
  step.row.set_organisation_id(change.organisation_id());
  NWD_ASSIGN_OR_RETURN(const bool added, Journeys::Add(txn, person, step));
  if (!added) return absl::OkStatus();
  NWD_RETURN_IF_ERROR(counts_.Begin(txn, Source::kPeople, MonthOf(time)));
  if (change.type() == PersonChange::TYPE_REGISTERED)
    return counts_.Add(txn, Counter::kPeopleRegistered, MonthOf(time), 1);
  if (change.type() == PersonChange::TYPE_JOINED)
    return counts_.Add(txn, Counter::kRepeatRegistrationsAvoided, MonthOf(time), 1);
  if (change.type() != PersonChange::TYPE_MERGED && change.type() != PersonChange::TYPE_SPLIT) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const ids::Uuid other, IdOf("other_person_id", change.other_person_id()));
  return change.type() == PersonChange::TYPE_MERGED ? ApplyMerged(txn, person, other) : ApplySplit(txn, person, other);
}

absl::Status Changes::ApplyMerged(store::Txn& txn, ids::Uuid person, ids::Uuid into) const {
  NWD_ASSIGN_OR_RETURN(const bool erased, Journeys::IsErased(txn, into));
  if (erased) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const std::optional<Month> later, LaterMonthOf(txn, person, into));
  NWD_ASSIGN_OR_RETURN(const bool joined, families::Join(txn, person, into));
  return joined && later ? counts_.Add(txn, Counter::kPeopleRegistered, *later, -1) : absl::OkStatus();
}

absl::Status Changes::ApplySplit(store::Txn& txn, ids::Uuid person, ids::Uuid from) const {
  NWD_ASSIGN_OR_RETURN(const bool split, families::Split(txn, person, from));
  NWD_ASSIGN_OR_RETURN(const std::optional<Month> later, LaterMonthOf(txn, person, from));
  return split && later ? counts_.Add(txn, Counter::kPeopleRegistered, *later, 1) : absl::OkStatus();
}

absl::Status Changes::ApplyConsent(store::Txn& txn, const common::v1::ConsentChange& change, absl::Time time) const {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid person, IdOf("person_id", change.person_id()));
  NWD_ASSIGN_OR_RETURN(const ids::Uuid consent, IdOf("consent_id", change.consent_id()));
  Step step{.time = time, .sequence = 0, .source = consent, .row = {}};
  step.row.set_type(TypeOf("consent", change.state()));
  step.row.set_organisation_id(change.captor_organisation_id());
  return Journeys::Add(txn, person, step).status();
}

absl::Status Changes::ApplyReferral(store::Txn& txn, const common::v1::ReferralChange& change, absl::Time time) const {
  NWD_ASSIGN_OR_RETURN(const bool is_new, referrals_.Apply(txn, change, time));
  if (!is_new) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const ids::Uuid referral, IdOf("referral_id", change.referral_id()));
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::ReferralRow> row, Referrals::Find(txn, referral));
  NWD_RETURN_IF_ERROR(outcomes_.CountAll(txn, referral, *row));

  NWD_ASSIGN_OR_RETURN(const ids::Uuid person, IdOf("person_id", change.person_id()));
  NWD_ASSIGN_OR_RETURN(const bool erased, Journeys::IsErased(txn, person));
  if (erased) return Referrals::Forget(txn, referral);
  if (std::ranges::find(kNotSteps, change.action()) != kNotSteps.end()) return absl::OkStatus();
  Step step{.time = time, .sequence = change.sequence(), .source = referral, .row = {}};
  const bool by_referrer = std::ranges::find(kReferrerActions, change.action()) != kReferrerActions.end();
  step.row.set_type(TypeOf("referral", change.action()));
  step.row.set_organisation_id(by_referrer ? change.referrer_organisation_id() : change.receiver_organisation_id());
  step.row.set_referral_id(change.referral_id());
  step.row.set_service_id(change.service_id());
  step.row.set_draft(row->sent_month() == 0);  // it never left its referrer's desk
  return Journeys::Add(txn, person, step).status();
}

absl::Status Changes::ApplyAppointment(store::Txn& txn, const common::v1::AppointmentChange& change,
                                       absl::Time time) const {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid person, IdOf("person_id", change.person_id()));
  NWD_ASSIGN_OR_RETURN(const ids::Uuid referral, IdOf("referral_id", change.referral_id()));
  NWD_ASSIGN_OR_RETURN(const ids::Uuid appointment, IdOf("appointment_id", change.appointment_id()));
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::ReferralRow> row, Referrals::Find(txn, referral));
  Step step{.time = time, .sequence = 0, .source = appointment, .row = {}};
  step.row.set_type(TypeOf("appointment", change.state()));
  step.row.set_referral_id(change.referral_id());
  if (row) {
    step.row.set_organisation_id(row->receiver_organisation_id());
    step.row.set_service_id(row->service_id());
  }
  return Journeys::Add(txn, person, step).status();
}

absl::Status Changes::ApplyOutcome(store::Txn& txn, const common::v1::OutcomeChange& change, absl::Time time) const {
  NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf("outcome_id", change.outcome_id()));
  NWD_ASSIGN_OR_RETURN(const ids::Uuid referral_id, IdOf("referral_id", change.referral_id()));
  NWD_ASSIGN_OR_RETURN(const ids::Uuid person, IdOf("person_id", change.person_id()));
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::OutcomeRow> outcome, Outcomes::Find(txn, id));
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::ReferralRow> referral, Referrals::Find(txn, referral_id));
  if (!outcome || !referral) return absl::OkStatus();  // erased since
  NWD_RETURN_IF_ERROR(outcomes_.Count(txn, *outcome, *referral));
  NWD_ASSIGN_OR_RETURN(const bool erased, Journeys::IsErased(txn, person));
  if (erased) return Outcomes::Delete(txn, *outcome);
  Step step{.time = StepTimeOf(*outcome, time), .sequence = 0, .source = id, .row = {}};
  step.row.set_type(StepType(outcome->kind()));
  step.row.set_organisation_id(outcome->recorder_organisation_id());
  step.row.set_referral_id(outcome->referral_id());
  step.row.set_service_id(referral->service_id());
  step.row.set_outcome_id(outcome->outcome_id());
  return Journeys::Add(txn, person, step).status();
}

}  // namespace nwd::outcome
