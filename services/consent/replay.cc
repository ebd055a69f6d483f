#include "services/consent/replay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/authority_end.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/case_rows.h"
#include "services/consent/case_states.h"
#include "services/consent/categories.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/decide.h"
#include "services/consent/erasure.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/restriction.h"
#include "services/consent/settled_refusals.h"
#include "services/consent/withdrawal.h"

namespace nwd::consent {
namespace {

storage::Deed DeedAbout(const storage::Case& row) {
  storage::Deed deed;
  deed.set_case_id(row.case_id());
  deed.set_recipient_id(row.handler_id());
  return deed;
}

storage::Deed DeedAbout(const storage::Consent& consent) {
  storage::Deed deed;
  deed.set_consent_id(consent.consent_id());
  deed.set_state(consent.state());
  deed.set_revision(consent.revision());
  return deed;
}

void PassOn(store::Txn& txn, const common::v1::Change& change) {
  txn.Append(store::Feed::kChanges, change.SerializeAsString());
}

// The consent was drawn up after the backup, so what was refused in it is not known: what the person gave to any of the
// same recipients rests.
absl::Status RestRefused(const Parts& parts, store::Txn& txn, const Whose& whose,
                         const common::v1::ConsentChange& refused, absl::Time when, Replayed& replayed) {
  NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> all, consents::OfPerson(txn, IdIn(refused.person_id())));
  for (storage::Consent& consent : all) {
    const auto& recipients = refused.recipient_organisation_ids();
    const bool named = std::any_of(recipients.begin(), recipients.end(), [&](const std::string& recipient) {
      return FindRecipient(consent, IdIn(recipient)) != nullptr;
    });
    if (!named) continue;
    constexpr auto kSuspension = v1::NOTICE_TYPE_SUSPENSION;
    NWD_ASSIGN_OR_RETURN(const bool rests, RestUntilAsked(parts, txn, whose, consent, kSuspension, when));
    if (rests) ++replayed.consents;
  }
  return absl::OkStatus();
}

// A no to what was asked, and what it closes of the person's other consents.
absl::Status Refuse(store::Txn& txn, storage::Consent& consent, absl::Time when) {
  consent.set_state(StateAfter(ConsentEvent::kRefuse));
  consent.set_revision(consent.revision() + 1);
  consent.set_decide_time_us(Micros(when));
  consent.set_end_time_us(Micros(when));
  std::vector<ids::Uuid> told;
  NWD_RETURN_IF_ERROR(SettleDecision(txn, consent, when, told));
  consents::Put(txn, consent);
  AppendConsentChange(txn, consent, when);
  return absl::OkStatus();
}

// What is not decided in the backup was, since: where it was given and then taken back, nobody is to decide it anew.
absl::StatusOr<bool> End(store::Txn& txn, storage::Consent& consent, TakenBack taken, absl::Time when) {
  const bool undecided = Next(consent.state(), ConsentEvent::kLapse).has_value();
  if (undecided && taken.event == ConsentEvent::kRefuse) {
    NWD_RETURN_IF_ERROR(Refuse(txn, consent, when));
    return true;
  }
  if (undecided) taken = {ConsentEvent::kLapse, v1::NOTICE_TYPE_UNSPECIFIED};
  if (!Next(consent.state(), taken.event).has_value()) return false;
  NWD_RETURN_IF_ERROR(TakeOutOfForce(txn, consent, taken.event, taken.notice, when).status());
  return true;
}

absl::Status TakeBack(const Restoring& restoring, store::Txn& txn, const Whose& whose, const common::v1::Change& change,
                      absl::Time when, Replayed& replayed) {
  const Parts& parts = restoring.parts;
  std::optional<TakenBack> taken = TakenBackBy(change.consent());
  if (!taken.has_value()) return absl::DataLossError("the ledger has a consent in a state that it has no place for");
  if (restoring.erased.contains(IdIn(change.consent().person_id()))) taken->notice = v1::NOTICE_TYPE_UNSPECIFIED;
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent,
                       consents::Find(txn, IdIn(change.consent().consent_id())));
  if (!consent.has_value()) {
    PassOn(txn, change);
    if (taken->event != ConsentEvent::kRefuse) return absl::OkStatus();
    return RestRefused(parts, txn, whose, change.consent(), when, replayed);
  }
  absl::StatusOr<bool> done = false;
  if (taken->event == ConsentEvent::kSuspend) {
    done = RestUntilAsked(parts, txn, whose, *consent, taken->notice, when);  // who asked for it is not told here
  } else {
    done = End(txn, *consent, *taken, when);
    if (done.ok() && *done) LogRestored(parts, txn, "consent.taken_back_again", whose, DeedAbout(*consent), when);
  }
  NWD_RETURN_IF_ERROR(done.status());
  if (*done) ++replayed.consents;
  return absl::OkStatus();
}

absl::Status EndAuthorityAgain(const Restoring& restoring, store::Txn& txn, const Whose& whose,
                               const common::v1::Change& change, absl::Time when, Replayed& replayed) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Authority> authority,
                       authorities::Find(txn, IdIn(change.authority().authority_id())));
  if (!authority.has_value()) {
    PassOn(txn, change);
    return absl::OkStatus();
  }
  const std::optional<EndedAgain> ended_by = EndedBy(change.authority());
  if (!ended_by.has_value()) {
    return absl::DataLossError("the ledger has an authority in a state that it has no place for");
  }
  EndedAgain by = *ended_by;
  if (restoring.erased.contains(IdIn(change.authority().person_id()))) by.notice = v1::NOTICE_TYPE_UNSPECIFIED;
  NWD_ASSIGN_OR_RETURN(const bool ended, EndAgain(restoring.parts, txn, whose, *authority, by, when));
  if (ended) ++replayed.authorities;
  return absl::OkStatus();
}

// In the place of one that was opened after the backup; without words, which are lost.
storage::Case CaseInPlace(v1::CaseKind kind, const ids::Uuid& case_id, const ids::Uuid& person_id,
                          const ids::Uuid& handler_id, absl::Time when) {
  storage::Case row;
  row.set_case_id(std::string(case_id.bytes()));
  row.set_kind(kind);
  row.set_person_id(std::string(person_id.bytes()));
  row.set_handler_id(std::string(handler_id.bytes()));
  row.set_opener_id(std::string(handler_id.bytes()));
  row.set_create_time_us(Micros(when));
  row.set_receive_time_us(Micros(when));
  return row;
}

absl::Status RestrictAgain(const Restoring& restoring, store::Txn& txn, const Whose& whose,
                           const common::v1::RestrictionChange& change, absl::Time when, Replayed& replayed) {
  const ids::Uuid case_id = IdIn(change.case_id());
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Case> known, cases::Find(txn, case_id));
  if (!change.lifted()) {
    if (known.has_value() || whose.key == nullptr) return absl::OkStatus();
    storage::Case row =
        CaseInPlace(v1::CASE_KIND_RESTRICTION, case_id, whose.person_id, IdIn(change.handler_organisation_id()), when);
    row.set_categories(MaskOfAll(change.categories()));
    row.set_sealed_words(cases::Seal(*whose.key, case_id, storage::CaseWords()));
    Begin(restoring.calendar, row);
    cases::Add(txn, row);
    std::vector<ids::Uuid> told;
    NWD_RETURN_IF_ERROR(BeginRestriction(txn, row, when, told));
    LogRestored(restoring.parts, txn, "case.opened", whose, DeedAbout(row), when);
    ++replayed.restrictions;
    return absl::OkStatus();
  }
  if (!known.has_value()) return absl::OkStatus();
  storage::Case lifted = *known;
  NWD_ASSIGN_OR_RETURN(const bool was_in_force, EndRestriction(txn, lifted, when));
  if (!was_in_force) return absl::OkStatus();
  lifted.set_revision(lifted.revision() + 1);
  cases::Replace(txn, *known, lifted);
  LogRestored(restoring.parts, txn, "restriction.lifted", whose, DeedAbout(lifted), when);
  ++replayed.restrictions;
  return absl::OkStatus();
}

// What is to be seen for ever, that somebody was erased, when, and by which case.
storage::Case ErasureInPlace(const common::v1::PersonChange& change, absl::Time when) {
  storage::Case row = CaseInPlace(v1::CASE_KIND_ERASURE, IdIn(change.case_id()), IdIn(change.person_id()),
                                  IdIn(change.handler_organisation_id()), when);
  row.set_state(v1::CASE_STATE_OPEN);
  row.set_revision(1);
  return row;
}

void KeepErased(store::Txn& txn, const std::optional<storage::Case>& known, const storage::Case& row,
                const storage::Erasure& erasure, absl::Time when) {
  storage::Case closed = row;
  // One that waited for the person is granted all the same: it was carried out.
  if (!Close(v1::CASE_OUTCOME_FULFILLED, when, closed).ok()) CloseErased(when, closed);
  closed.set_erase_time_us(erasure.erase_time_us());
  if (known.has_value()) {
    cases::Replace(txn, *known, closed);
  } else {
    cases::Add(txn, closed);
  }
}

absl::Status EraseAgain(const Restoring& restoring, const common::v1::PersonChange& change, absl::Time when,
                        Replayed& replayed) {
  const Parts& parts = restoring.parts;
  const ids::Uuid person_id = IdIn(change.person_id());
  const ids::Uuid case_id = IdIn(change.case_id());
  const absl::StatusOr<FamilyKeys> keys = async::BlockOn(KeysOfFamily(parts, person_id));
  NWD_RETURN_IF_ERROR(keys.status());
  bool erased = false;
  const auto body = [&](store::Txn& txn) -> absl::StatusOr<storage::Erasure> {
    erased = false;
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::ErasedPerson> before, erasures::FindPerson(txn, person_id));
    if (before.has_value()) return storage::Erasure();
    // Each id that was erased has an entry of its own: whom it was joined with in the backup may have been split from it since.
    NWD_RETURN_IF_ERROR(joins::Leave(txn, person_id));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Case> known, cases::Find(txn, case_id));
    const storage::Case row = known ? *known : ErasureInPlace(change, when);
    const ids::Uuid eraser_id = IdIn(change.organisation_id());
    const Erasing erasing{parts, person_id, *keys, eraser_id, consents::IdOf(row.handler_id()), when};
    std::vector<ids::Uuid> told;
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Erasure> others, erasures::Find(txn, case_id));
    NWD_ASSIGN_OR_RETURN(storage::Erasure erasure, Erase(txn, erasing, row, told));
    if (others.has_value()) {  // the case is closed already: by the person's other ids
      erasure.mutable_person_ids()->MergeFrom(others->person_ids());
      erasures::Put(txn, case_id, erasure);
    } else {
      KeepErased(txn, known, row, erasure, when);
    }
    // As where it was carried out first: under the service's own key, to be read for ever. Whom, nobody can tell.
    storage::Deed deed = DeedAbout(row);
    deed.set_service(kServiceName);
    deed.set_organisation_id(std::string(eraser_id.bytes()));
    Record(parts, txn, "person.erased", when, ids::Uuid(), nullptr, deed);
    erased = true;
    return erasure;
  };
  absl::StatusOr<storage::Erasure> erasure = async::BlockOn(parts.store.Update(body));
  NWD_RETURN_IF_ERROR(erasure.status());
  if (!erased) return absl::OkStatus();
  ++replayed.erasures;
  return async::BlockOn(restoring.following.Sweep(case_id, *erasure));
}

ids::Uuid PersonIn(const common::v1::Change& change) {
  if (change.has_authority()) return IdIn(change.authority().person_id());
  return IdIn(change.has_restriction() ? change.restriction().person_id() : change.consent().person_id());
}

}  // namespace

absl::StatusOr<Whose> WhoseIs(const Parts& parts, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(person_keys::PersonKey key, async::BlockOn(KeyOrNull(parts, person_id)));
  return Whose{person_id, std::move(key)};
}

absl::Status Replay(const Restoring& restoring, const ledger::Entry& entry, Replayed& replayed) {
  const Parts& parts = restoring.parts;
  common::v1::Change change;
  if (!change.ParseFromString(entry.change)) return absl::DataLossError("an entry of the ledger does not parse");
  const absl::Time when = FromTimestamp(change.change_time());
  if (change.has_person()) return EraseAgain(restoring, change.person(), when, replayed);
  NWD_ASSIGN_OR_RETURN(const Whose whose, WhoseIs(parts, PersonIn(change)));
  Replayed done;
  const auto body = [&](store::Txn& txn) -> absl::Status {
    done = replayed;
    if (change.has_authority()) return EndAuthorityAgain(restoring, txn, whose, change, when, done);
    if (change.has_restriction()) return RestrictAgain(restoring, txn, whose, change.restriction(), when, done);
    return change.has_consent() ? TakeBack(restoring, txn, whose, change, when, done) : absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(async::BlockOn(parts.store.Update(body)));
  replayed = done;
  return absl::OkStatus();
}

void LogRestored(const Parts& parts, store::Txn& txn, std::string_view type, const Whose& whose, storage::Deed deed,
                 absl::Time when) {
  const bool sealed = whose.key != nullptr;
  if (!sealed) deed.Clear();  // they were erased: nobody is to read what was done about them
  deed.set_service(kServiceName);
  Record(parts, txn, type, when, sealed ? whose.person_id : ids::Uuid(), whose.key, deed);
}

absl::StatusOr<bool> RestUntilAsked(const Parts& parts, store::Txn& txn, const Whose& whose, storage::Consent& consent,
                                    v1::NoticeType notice, absl::Time when) {
  if (consent.state() == v1::CONSENT_STATE_SUSPENDED && !consent.resume_needs_person()) {
    consent.set_resume_needs_person(true);
    consent.set_revision(consent.revision() + 1);
    consents::Put(txn, consent);
    AppendConsentChange(txn, consent, when);
  } else if (StateAt(consent, when) == v1::CONSENT_STATE_GIVEN) {
    consent.set_suspend_time_us(Micros(when));
    consent.set_resume_needs_person(true);
    NWD_RETURN_IF_ERROR(TakeOutOfForce(txn, consent, ConsentEvent::kSuspend, notice, when).status());
  } else {
    return false;
  }
  LogRestored(parts, txn, "consent.suspended", whose, DeedAbout(consent), when);
  return true;
}

absl::StatusOr<bool> EndAgain(const Parts& parts, store::Txn& txn, const Whose& whose, storage::Authority& authority,
                              const EndedAgain& ended, absl::Time when) {
  if (!Next(StateAt(authority, when), ended.event).has_value()) return false;
  std::vector<ids::Uuid> told;
  NWD_RETURN_IF_ERROR(EndAuthority(txn, authority, ended.event, ended.notice, when, told));
  storage::Deed deed;
  deed.set_authority_id(authority.authority_id());
  LogRestored(parts, txn, "authority.ended_again", whose, std::move(deed), when);
  return true;
}

}  // namespace nwd::consent
