#include "services/consent/restoring.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/log/log.h"
#include "common/store/proto_value.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_states.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

constexpr EndedAgain kEndedAlone{AuthorityEvent::kEnd, v1::NOTICE_TYPE_UNSPECIFIED};

// Goes through a table, some rows a transaction: act(txn, row), true where that changed the row. How many it changed.
template <class Row, class Act>
absl::StatusOr<int64_t> ForAll(const Parts& parts, char table, Act act) {
  int64_t all = 0;
  store::Range rest = store::PrefixRange(std::string(1, table));
  for (bool more = true; more;) {
    std::string next;
    int64_t changed = 0;
    const auto body = [&](store::Txn& txn) -> absl::Status {
      std::vector<Row> rows;
      next.clear();
      changed = 0;
      absl::Status parsed;
      NWD_RETURN_IF_ERROR(txn.Scan(rest, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
        if (rows.size() == kRestoredRowsAtOnce) {
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
      for (Row& row : rows) {
        NWD_ASSIGN_OR_RETURN(const bool did, act(txn, row));
        if (did) ++changed;
      }
      return absl::OkStatus();
    };
    NWD_RETURN_IF_ERROR(async::BlockOn(parts.store.Update(body)));
    all += changed;
    more = !next.empty();
    rest.begin = next;
  }
  return all;
}

// Rests what the backup alone cannot vouch for. How many.
absl::StatusOr<int64_t> RestConsents(const Parts& parts, bool with_ledger) {
  const absl::Time now = parts.clock.Now();
  const auto rest = [&](store::Txn& txn, storage::Consent& consent) -> absl::StatusOr<bool> {
    if (with_ledger && (consent.max_uses() == 0 || consent.state() != v1::CONSENT_STATE_GIVEN)) return false;
    return RestUntilAsked(parts, txn, consent, v1::NOTICE_TYPE_UNSPECIFIED, now);
  };
  return ForAll<storage::Consent>(parts, keys::kConsent, rest);
}

absl::StatusOr<int64_t> RestAuthorities(const Parts& parts, bool with_ledger) {
  const absl::Time now = parts.clock.Now();
  const auto rest = [&](store::Txn& txn, storage::Authority& authority) -> absl::StatusOr<bool> {
    if (IsOver(StateAt(authority, now))) return false;
    if (!with_ledger) return EndAgain(parts, txn, authority, kEndedAlone, now);
    if (authority.max_uses() == 0 || authority.uses() == authority.max_uses()) return false;
    authority.set_uses(authority.max_uses());
    authority.set_revision(authority.revision() + 1);
    authorities::Put(txn, authority);
    storage::Deed deed;
    deed.set_authority_id(authority.authority_id());
    LogRestored(parts, txn, "authority.used_up", std::move(deed), now);
    return true;
  };
  return ForAll<storage::Authority>(parts, keys::kAuthority, rest);
}

absl::StatusOr<std::set<ids::Uuid>> ErasedBy(const ledger::Ledger& ledger, store::Position after) {
  std::set<ids::Uuid> erased;
  for (const ledger::Entry& entry : ledger.entries) {
    common::v1::Change change;
    if (!change.ParseFromString(entry.change)) return absl::DataLossError("an entry of the ledger does not parse");
    if (entry.position > after && change.has_person()) erased.insert(IdIn(change.person().person_id()));
  }
  return erased;
}

}  // namespace

absl::Status Restore(Restoring restoring, const ledger::Ledger* ledger, store::Position after) {
  Replayed replayed;
  if (ledger != nullptr) {
    NWD_ASSIGN_OR_RETURN(restoring.erased, ErasedBy(*ledger, after));
    for (const ledger::Entry& entry : ledger->entries) {
      if (entry.position > after) NWD_RETURN_IF_ERROR(Replay(restoring, entry, replayed));
    }
  }
  NWD_ASSIGN_OR_RETURN(const int64_t resting, RestConsents(restoring.parts, ledger != nullptr));
  NWD_ASSIGN_OR_RETURN(const int64_t closed, RestAuthorities(restoring.parts, ledger != nullptr));
  log::Line(log::Level::kWarning, "consent.restored")
      .Int("with_ledger", ledger != nullptr ? 1 : 0)
      .Int("consents_taken_back", replayed.consents)
      .Int("authorities_ended", replayed.authorities)
      .Int("restrictions", replayed.restrictions)
      .Int("people_erased", replayed.erasures)
      .Int("consents_resting", resting)
      .Int("authorities_closed", closed)
      .Emit();
  return absl::OkStatus();
}

}  // namespace nwd::consent
