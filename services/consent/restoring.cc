#include "services/consent/restoring.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/log/log.h"
#include "common/store/proto_value.h"
#include "services/consent/authority_end.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/case_rows.h"
#include "services/consent/case_states.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/erasure.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/keys.h"
#include "services/consent/taken_back.h"
#include "services/consent/withdrawal.h"

namespace nwd::consent {
namespace {

constexpr size_t kRowsAtOnce = 500;
constexpr EndedAgain kEndedAlone{AuthorityEvent::kEnd, v1::NOTICE_TYPE_UNSPECIFIED};

struct Counts {
  int64_t consents = 0, authorities = 0, erasures = 0;
};

// The entry in the audit log, under the service's own key: the person's is not needed to read who did it.
void Log(const Parts& parts, store::Txn& txn, std::string_view type, absl::Time now) {
  Record(parts, txn, type, now, ids::Uuid(), nullptr, storage::Deed());
}

// It rests already: from now on the person is asked before it goes on.
void AskThePerson(store::Txn& txn, storage::Consent& consent, absl::Time when) {
  if (consent.resume_needs_person()) return;
  consent.set_resume_needs_person(true);
  consent.set_revision(consent.revision() + 1);
  consents::Put(txn, consent);
  AppendConsentChange(txn, consent, when);
}

absl::Status TakeBack(const Parts& parts, store::Txn& txn, const common::v1::Change& change, absl::Time when,
                      Counts& counts) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent,
                       consents::Find(txn, IdIn(change.consent().consent_id())));
  if (!consent.has_value()) {
    // Drawn up after the backup: it is not there to permit anything, and whoever relies on it is still to hear of its end.
    txn.Append(store::Feed::kChanges, change.SerializeAsString());
    return absl::OkStatus();
  }
  const std::optional<TakenBack> taken = TakenBackBy(change.consent());
  const bool suspends = taken->event == ConsentEvent::kSuspend;
  if (suspends && consent->state() == v1::CONSENT_STATE_SUSPENDED) AskThePerson(txn, *consent, when);
  if (!Next(consent->state(), taken->event).has_value()) return absl::OkStatus();
  if (suspends) {
    consent->set_suspend_time_us(Micros(when));
    consent->set_resume_needs_person(true);  // who asked for it is not told here
  }
  NWD_RETURN_IF_ERROR(TakeOutOfForce(txn, *consent, taken->event, taken->notice, when).status());
  Log(parts, txn, "consent.taken_back_again", when);
  ++counts.consents;
  return absl::OkStatus();
}

// Does nothing where the event cannot happen to it any more.
absl::Status End(const Parts& parts, store::Txn& txn, storage::Authority& authority, const EndedAgain& ended,
                 absl::Time when, Counts& counts) {
  if (!Next(StateAt(authority, when), ended.event).has_value()) return absl::OkStatus();
  std::vector<ids::Uuid> told;
  NWD_RETURN_IF_ERROR(EndAuthority(txn, authority, ended.event, ended.notice, when, told));
  Log(parts, txn, "authority.ended_again", when);
  ++counts.authorities;
  return absl::OkStatus();
}

absl::Status EndAgain(const Parts& parts, store::Txn& txn, const common::v1::Change& change, absl::Time when,
                      Counts& counts) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Authority> authority,
                       authorities::Find(txn, IdIn(change.authority().authority_id())));
  if (authority.has_value()) return End(parts, txn, *authority, *EndedBy(change.authority()), when, counts);
  txn.Append(store::Feed::kChanges, change.SerializeAsString());
  return absl::OkStatus();
}

// The case by which the person was to be erased; nothing where it was opened after the backup.
absl::StatusOr<std::optional<storage::Case>> CaseOf(const store::Reader& reader, const ids::Uuid& person_id) {
  std::optional<storage::Case> found;
  NWD_RETURN_IF_ERROR(cases::WalkPerson(reader, person_id, "", [&](const std::string&, const storage::Case& row) {
    if (row.kind() != v1::CASE_KIND_ERASURE || row.state() == v1::CASE_STATE_CLOSED) return store::Visit::kContinue;
    found = row;
    return store::Visit::kStop;
  }));
  return found;
}

// In its place: what is to be seen for ever, that somebody was erased and when. Whoever erased them answers it.
storage::Case CaseInPlace(const ids::Uuid& case_id, const ids::Uuid& person_id, const ids::Uuid& eraser_id,
                          absl::Time when) {
  storage::Case row;
  row.set_case_id(std::string(case_id.bytes()));
  row.set_kind(v1::CASE_KIND_ERASURE);
  row.set_person_id(std::string(person_id.bytes()));
  row.set_handler_id(std::string(eraser_id.bytes()));
  row.set_opener_id(std::string(eraser_id.bytes()));
  row.set_state(v1::CASE_STATE_OPEN);
  row.set_create_time_us(Micros(when));
  row.set_receive_time_us(Micros(when));
  row.set_revision(1);
  return row;
}

absl::Status EraseAgain(const Parts& parts, ErasureFollowing& following, const common::v1::PersonChange& change,
                        absl::Time when, Counts& counts) {
  const ids::Uuid person_id = IdIn(change.person_id());
  const ids::Uuid eraser_id = IdIn(change.organisation_id());
  const ids::Uuid fresh = ids::Uuid::Random();
  const absl::StatusOr<FamilyKeys> keys = async::BlockOn(KeysOfFamily(parts, person_id));
  NWD_RETURN_IF_ERROR(keys.status());
  ids::Uuid case_id;
  bool erased = false;
  const auto body = [&](store::Txn& txn) -> absl::StatusOr<storage::Erasure> {
    erased = false;
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::ErasedPerson> before, erasures::FindPerson(txn, person_id));
    if (before.has_value()) return storage::Erasure();
    // Each id that was erased has an entry of its own: whom it was joined with in the backup may have been split from it since.
    NWD_RETURN_IF_ERROR(erasures::LeaveFamily(txn, person_id));
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Case> known, CaseOf(txn, person_id));
    const storage::Case row = known ? *known : CaseInPlace(fresh, person_id, eraser_id, when);
    const Erasing erasing{parts, person_id, *keys, eraser_id, ids::Uuid(), when};
    std::vector<ids::Uuid> told;
    NWD_ASSIGN_OR_RETURN(storage::Erasure erasure, Erase(txn, erasing, row, told));
    storage::Case closed = row;
    // One that waited for the person is granted all the same: it was carried out.
    if (!Close(v1::CASE_OUTCOME_FULFILLED, when, closed).ok()) CloseErased(when, closed);
    closed.set_erase_time_us(erasure.erase_time_us());
    if (known) {
      cases::Replace(txn, row, closed);
    } else {
      cases::Add(txn, closed);
    }
    Log(parts, txn, "person.erased", when);
    case_id = consents::IdOf(row.case_id());
    erased = true;
    return erasure;
  };
  absl::StatusOr<storage::Erasure> erasure = async::BlockOn(parts.store.Update(body));
  NWD_RETURN_IF_ERROR(erasure.status());
  if (!erased) return absl::OkStatus();
  ++counts.erasures;
  return async::BlockOn(following.Sweep(case_id, *erasure));
}

absl::Status Replay(const Parts& parts, ErasureFollowing& following, const ledger::Entry& entry, Counts& counts) {
  common::v1::Change change;
  if (!change.ParseFromString(entry.change)) return absl::DataLossError("an entry of the ledger does not parse");
  const absl::Time when = FromTimestamp(change.change_time());
  if (change.has_person()) return EraseAgain(parts, following, change.person(), when, counts);
  Counts done;
  const auto body = [&](store::Txn& txn) -> absl::Status {
    done = counts;
    if (change.has_authority()) return EndAgain(parts, txn, change, when, done);
    return change.has_consent() ? TakeBack(parts, txn, change, when, done) : absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(async::BlockOn(parts.store.Update(body)));
  counts = done;
  return absl::OkStatus();
}

// Goes through a table, some rows a transaction: act(txn, row).
template <class Row, class Act>
absl::Status ForAll(const Parts& parts, char table, Act act) {
  store::Range rest = store::PrefixRange(std::string(1, table));
  for (bool more = true; more;) {
    std::string next;
    const auto body = [&](store::Txn& txn) -> absl::Status {
      std::vector<Row> rows;
      next.clear();
      absl::Status parsed;
      NWD_RETURN_IF_ERROR(txn.Scan(rest, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
        if (rows.size() == kRowsAtOnce) {
          next = std::string(key);
          return store::Visit::kStop;
        }
        absl::StatusOr<Row> row = store::ParseValue<Row>(key, value);
        parsed = row.status();
        if (!parsed.ok()) return store::Visit::kStop;
        rows.push_back(*std::move(row));
        return store::Visit::kContinue;
      }));
      NWD_RETURN_IF_ERROR(parsed);
      for (Row& row : rows) NWD_RETURN_IF_ERROR(act(txn, row));
      return absl::OkStatus();
    };
    NWD_RETURN_IF_ERROR(async::BlockOn(parts.store.Update(body)));
    more = !next.empty();
    rest.begin = next;
  }
  return absl::OkStatus();
}

// Rests what the backup alone cannot vouch for.
absl::Status RestConsents(const Parts& parts, bool with_ledger, Counts& counts) {
  const absl::Time now = parts.clock.Now();
  const auto rest = [&](store::Txn& txn, storage::Consent& consent) -> absl::Status {
    if (!with_ledger && consent.state() == v1::CONSENT_STATE_SUSPENDED) AskThePerson(txn, consent, now);
    if (StateAt(consent, now) != v1::CONSENT_STATE_GIVEN) return absl::OkStatus();
    if (with_ledger && consent.max_uses() == 0) return absl::OkStatus();
    consent.set_suspend_time_us(Micros(now));
    consent.set_resume_needs_person(true);
    NWD_RETURN_IF_ERROR(
        TakeOutOfForce(txn, consent, ConsentEvent::kSuspend, v1::NOTICE_TYPE_UNSPECIFIED, now).status());
    Log(parts, txn, "consent.suspended", now);
    ++counts.consents;
    return absl::OkStatus();
  };
  return ForAll<storage::Consent>(parts, keys::kConsent, rest);
}

absl::Status RestAuthorities(const Parts& parts, bool with_ledger, Counts& counts) {
  const absl::Time now = parts.clock.Now();
  const auto rest = [&](store::Txn& txn, storage::Authority& authority) -> absl::Status {
    if (IsOver(StateAt(authority, now))) return absl::OkStatus();
    if (!with_ledger) return End(parts, txn, authority, kEndedAlone, now, counts);
    if (authority.max_uses() == 0 || authority.uses() == authority.max_uses()) return absl::OkStatus();
    authority.set_uses(authority.max_uses());
    authority.set_revision(authority.revision() + 1);
    authorities::Put(txn, authority);
    ++counts.authorities;
    return absl::OkStatus();
  };
  return ForAll<storage::Authority>(parts, keys::kAuthority, rest);
}

}  // namespace

absl::Status Restore(const Parts& parts, ErasureFollowing& following, const ledger::Ledger* ledger,
                     store::Position after) {
  Counts replayed, rested;
  if (ledger != nullptr) {
    for (const ledger::Entry& entry : ledger->entries) {
      if (entry.position > after) NWD_RETURN_IF_ERROR(Replay(parts, following, entry, replayed));
    }
  }
  NWD_RETURN_IF_ERROR(RestConsents(parts, ledger != nullptr, rested));
  NWD_RETURN_IF_ERROR(RestAuthorities(parts, ledger != nullptr, rested));
  log::Line(log::Level::kWarning, "consent.restored")
      .Int("with_ledger", ledger != nullptr ? 1 : 0)
      .Int("consents_taken_back", replayed.consents)
      .Int("authorities_ended", replayed.authorities)
      .Int("people_erased", replayed.erasures)
      .Int("consents_resting", rested.consents)
      .Int("authorities_closed", rested.authorities)
      .Emit();
  return absl::OkStatus();
}

}  // namespace nwd::consent
