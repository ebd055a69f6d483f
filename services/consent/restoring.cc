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
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/authority_terms.h"
#include "services/consent/awaiting.h"
#include "services/consent/case_rows.h"
#include "services/consent/case_states.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/erasure.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/keys.h"
#include "services/consent/taken_back.h"
#include "services/consent/telling.h"
#include "services/consent/withdrawal.h"

namespace nwd::consent {
namespace {

constexpr size_t kRowsAtOnce = 500;

struct Counts {
  int64_t consents = 0, authorities = 0, erasures = 0;
};

// The entry in the audit log, under the service's own key: the person's is not needed to read who did it.
void Note(const Parts& parts, store::Txn& txn, std::string_view type, absl::Time now) {
  Record(parts, txn, type, now, ids::Uuid(), nullptr, storage::Deed());
}

absl::Status TakeBack(const Parts& parts, store::Txn& txn, const common::v1::ConsentChange& change, absl::Time when,
                      Counts& counts) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> consent, consents::Find(txn, IdIn(change.consent_id())));
  if (!consent.has_value()) return absl::OkStatus();  // drawn up after the backup: it is not there to permit anything
  const std::optional<TakenBack> taken = TakenBackBy(change);
  if (!Next(consent->state(), taken->event).has_value()) return absl::OkStatus();
  if (taken->event == ConsentEvent::kSuspend) {
    consent->set_suspend_time_us(Micros(when));
    consent->set_resume_needs_person(true);  // who asked for it is not told here
  }
  NWD_RETURN_IF_ERROR(TakeOutOfForce(txn, *consent, taken->event, taken->notice, when).status());
  Note(parts, txn, "consent.taken_back_again", when);
  ++counts.consents;
  return absl::OkStatus();
}

absl::Status End(const Parts& parts, store::Txn& txn, storage::Authority& authority, AuthorityState into,
                 absl::Time when, Counts& counts) {
  const AuthorityState state = StateAt(authority, when);
  const auto notice = into == v1::AUTHORITY_STATE_OBJECTED     ? v1::NOTICE_TYPE_OBJECTION
                      : into == v1::AUTHORITY_STATE_OVERTURNED ? v1::NOTICE_TYPE_OVERTURN
                                                               : v1::NOTICE_TYPE_UNSPECIFIED;
  if (state == v1::AUTHORITY_STATE_ASSERTED) NWD_RETURN_IF_ERROR(awaiting::Take(txn, authority));
  authority.set_state(into);
  authority.set_end_time_us(Micros(when));
  authority.set_revision(authority.revision() + 1);
  if (notice != v1::NOTICE_TYPE_UNSPECIFIED) {
    std::vector<ids::Uuid> told;
    const Telling telling{notice,
                          {BasisKind::kAuthority, consents::IdOf(authority.authority_id())},
                          consents::IdOf(authority.person_id()),
                          when};
    NWD_RETURN_IF_ERROR(TellReaders(txn, telling, authority.recipients(), told));
  }
  authorities::PutOver(txn, authority);
  AppendAuthorityChange(txn, authority, when);
  Note(parts, txn, "authority.ended_again", when);
  ++counts.authorities;
  return absl::OkStatus();
}

absl::Status EndAgain(const Parts& parts, store::Txn& txn, const common::v1::AuthorityChange& change, absl::Time when,
                      Counts& counts) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Authority> authority,
                       authorities::Find(txn, IdIn(change.authority_id())));
  if (!authority.has_value() || IsOver(authority->state())) return absl::OkStatus();
  return End(parts, txn, *authority, *EndedBy(change), when, counts);
}

// The case by which the person was to be erased; a new one's id where it was opened after the backup.
absl::StatusOr<storage::Case> CaseOf(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& fresh) {
  storage::Case found;
  found.set_case_id(std::string(fresh.bytes()));
  NWD_RETURN_IF_ERROR(cases::WalkPerson(reader, person_id, "", [&](const std::string&, const storage::Case& row) {
    if (row.kind() != v1::CASE_KIND_ERASURE || row.state() == v1::CASE_STATE_CLOSED) return store::Visit::kContinue;
    found = row;
    return store::Visit::kStop;
  }));
  return found;
}

absl::Status EraseAgain(const Parts& parts, ErasureFollowing& following, const common::v1::PersonChange& change,
                        absl::Time when, Counts& counts) {
  const ids::Uuid person_id = IdIn(change.person_id());
  const ids::Uuid fresh = ids::Uuid::Random();
  const absl::StatusOr<FamilyKeys> keys = async::BlockOn(KeysOfFamily(parts, person_id));
  NWD_RETURN_IF_ERROR(keys.status());
  ids::Uuid case_id;
  bool erased = false;
  const auto body = [&](store::Txn& txn) -> absl::StatusOr<storage::Erasure> {
    erased = false;
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::ErasedPerson> before, erasures::FindPerson(txn, person_id));
    if (before.has_value()) return storage::Erasure();
    NWD_ASSIGN_OR_RETURN(const storage::Case row, CaseOf(txn, person_id, fresh));
    const Erasing erasing{parts, person_id, *keys, IdIn(change.organisation_id()), ids::Uuid(), when};
    std::vector<ids::Uuid> told;
    NWD_ASSIGN_OR_RETURN(storage::Erasure erasure, Erase(txn, erasing, row, told));
    if (row.kind() == v1::CASE_KIND_ERASURE) {
      storage::Case closed = row;
      // One that waited for the person is granted all the same: it was carried out.
      if (!Close(v1::CASE_OUTCOME_FULFILLED, when, closed).ok()) CloseErased(when, closed);
      closed.set_erase_time_us(erasure.erase_time_us());
      cases::Replace(txn, row, closed);
    }
    Note(parts, txn, "person.erased", when);
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
    if (change.has_authority()) return EndAgain(parts, txn, change.authority(), when, done);
    return change.has_consent() ? TakeBack(parts, txn, change.consent(), when, done) : absl::OkStatus();
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
    if (StateAt(consent, now) != v1::CONSENT_STATE_GIVEN) return absl::OkStatus();
    if (with_ledger && consent.max_uses() == 0) return absl::OkStatus();
    consent.set_suspend_time_us(Micros(now));
    consent.set_resume_needs_person(true);
    NWD_RETURN_IF_ERROR(
        TakeOutOfForce(txn, consent, ConsentEvent::kSuspend, v1::NOTICE_TYPE_UNSPECIFIED, now).status());
    Note(parts, txn, "consent.suspended", now);
    ++counts.consents;
    return absl::OkStatus();
  };
  return ForAll<storage::Consent>(parts, keys::kConsent, rest);
}

absl::Status RestAuthorities(const Parts& parts, bool with_ledger, Counts& counts) {
  const absl::Time now = parts.clock.Now();
  const auto rest = [&](store::Txn& txn, storage::Authority& authority) -> absl::Status {
    if (IsOver(StateAt(authority, now))) return absl::OkStatus();
    if (!with_ledger && MayObject(authority.lawful_basis())) {
      return End(parts, txn, authority, v1::AUTHORITY_STATE_ENDED, now, counts);
    }
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
