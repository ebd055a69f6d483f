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
#include "services/consent/consent_rows.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

constexpr EndedAgain kEndedAlone{AuthorityEvent::kEnd, v1::NOTICE_TYPE_UNSPECIFIED};

// Some rows of a table, each with its person's key, which no transaction can look for; and where to go on.
template <class Row>
struct Page {
  std::vector<std::pair<Row, Whose>> rows;
  std::string next;  // empty: that was all
};
template <class Row>
absl::StatusOr<Page<Row>> ReadPage(const Parts& parts, const store::Range& rest) {
  const auto read = [&](const store::Reader& reader) -> absl::StatusOr<Page<Row>> {
    Page<Row> page;
    absl::Status parsed;
    NWD_RETURN_IF_ERROR(
        reader.Scan(rest, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
          if (page.rows.size() == kRestoredRowsAtOnce) {
            page.next = std::string(key);
            return store::Visit::kStop;
          }
          absl::StatusOr<Row> row = store::ParseValue<Row>(key, value);
          parsed = row.status();
          if (!parsed.ok()) return store::Visit::kStop;
          page.rows.emplace_back(*std::move(row), Whose());
          return store::Visit::kContinue;
        }));
    NWD_RETURN_IF_ERROR(parsed);
    return page;
  };
  NWD_ASSIGN_OR_RETURN(Page<Row> page, async::BlockOn(parts.store.View(read)));
  for (auto& [row, whose] : page.rows) {
    NWD_ASSIGN_OR_RETURN(whose, WhoseIs(parts, consents::IdOf(row.person_id())));
  }
  return page;
}

// Goes through a table, some rows a transaction; nobody else writes yet. act(txn, row, whose): true where that changed the
// row. How many it changed.
template <class Row, class Act>
absl::StatusOr<int64_t> ForAll(const Parts& parts, char table, Act act) {
  int64_t all = 0;
  store::Range rest = store::PrefixRange(std::string(1, table));
  for (bool more = true; more;) {
    NWD_ASSIGN_OR_RETURN(const Page<Row> page, ReadPage<Row>(parts, rest));
    int64_t changed = 0;
    const auto body = [&](store::Txn& txn) -> absl::Status {
      changed = 0;
      for (const auto& [before, whose] : page.rows) {
        Row row = before;
        NWD_ASSIGN_OR_RETURN(const bool did, act(txn, row, whose));
        if (did) ++changed;
      }
      return absl::OkStatus();
    };
    NWD_RETURN_IF_ERROR(async::BlockOn(parts.store.Update(body)));
    all += changed;
    more = !page.next.empty();
    rest.begin = page.next;
  }
  return all;
}

// Rests what the backup alone cannot vouch for. How many.
absl::StatusOr<int64_t> RestConsents(const Parts& parts, bool with_ledger) {
  const absl::Time now = parts.clock.Now();
  const auto rest = [&](store::Txn& txn, storage::Consent& consent, const Whose& whose) -> absl::StatusOr<bool> {
    if (with_ledger && (consent.max_uses() == 0 || consent.state() != v1::CONSENT_STATE_GIVEN)) return false;
    return RestUntilAsked(parts, txn, whose, consent, v1::NOTICE_TYPE_UNSPECIFIED, now);
  };
  return ForAll<storage::Consent>(parts, keys::kConsent, rest);
}

absl::StatusOr<int64_t> RestAuthorities(const Parts& parts, bool with_ledger) {
  const absl::Time now = parts.clock.Now();
  const auto rest = [&](store::Txn& txn, storage::Authority& authority, const Whose& whose) -> absl::StatusOr<bool> {
    if (IsOver(StateAt(authority, now))) return false;
    if (!with_ledger) return EndAgain(parts, txn, whose, authority, kEndedAlone, now);
    if (authority.max_uses() == 0 || authority.uses() == authority.max_uses()) return false;
    authority.set_uses(authority.max_uses());
    authority.set_revision(authority.revision() + 1);
    authorities::Put(txn, authority);
    storage::Deed deed;
    deed.set_authority_id(authority.authority_id());
    LogRestored(parts, txn, "authority.used_up", whose, std::move(deed), now);
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
