#include "services/consent/match_rows.h"

#include <algorithm>
#include <map>
#include <string>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"
#include "services/consent/reasons.h"

namespace nwd::consent::matches {
namespace {

int64_t DayNumber(absl::Time time) { return calendar::DayOf(time) - absl::CivilDay(1970, 1, 1); }

absl::StatusOr<std::vector<std::string>> KeysIn(const store::Reader& reader, const store::Range& range, size_t limit) {
  std::vector<std::string> found;
  NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    found.emplace_back(key);
    return found.size() < limit ? store::Visit::kContinue : store::Visit::kStop;
  }));
  return found;
}

ids::Uuid LastId(std::string_view key) {
  return ids::Uuid::FromBytes(key.substr(key.size() - ids::Uuid::kSizeBytes)).value_or(ids::Uuid());
}

}  // namespace

void AddBlocks(store::Txn& txn, const ids::Uuid& person_id, const HashedDetails& details) {
  for (const std::string& block : details.blocks) txn.Put(keys::Block(block, person_id), "");
}

absl::StatusOr<std::vector<ids::Uuid>> Candidates(const store::Reader& reader, const HashedDetails& details) {
  std::map<ids::Uuid, int> shared;
  for (const HashedIdentifier& identifier : details.identifiers) {
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> owners, people::FindByIdentifier(reader, identifier));
    for (const ids::Uuid& owner : owners) shared[owner] += static_cast<int>(kBlocksMax);
  }
  for (const std::string& block : details.blocks) {
    NWD_ASSIGN_OR_RETURN(const std::vector<std::string> rows,
                         KeysIn(reader, store::PrefixRange(keys::BlockPrefix(block)), kBlockRowsMax));
    for (const std::string& row : rows) ++shared[LastId(row)];
  }
  std::vector<std::pair<int, ids::Uuid>> ordered;
  for (const auto& [person_id, count] : shared) ordered.emplace_back(-count, person_id);
  std::sort(ordered.begin(), ordered.end());
  ordered.resize(std::min(ordered.size(), kCandidatesMax));
  std::vector<ids::Uuid> candidates;
  for (const auto& [count, person_id] : ordered) candidates.push_back(person_id);
  return candidates;
}

void Put(store::Txn& txn, const ids::Uuid& match_id, const storage::PossibleMatch& match) {
  store::PutMessage(txn, keys::PossibleMatch(match_id), match);
  txn.Put(keys::PossibleMatchEnd(match.expire_time_us(), match_id), "");
}

absl::StatusOr<std::optional<storage::PossibleMatch>> Find(const store::Reader& reader, const ids::Uuid& match_id) {
  return store::Find<storage::PossibleMatch>(reader, keys::PossibleMatch(match_id));
}

void Delete(store::Txn& txn, const ids::Uuid& match_id, const storage::PossibleMatch& match) {
  txn.Delete(keys::PossibleMatch(match_id));
  txn.Delete(keys::PossibleMatchEnd(match.expire_time_us(), match_id));
}

absl::StatusOr<storage::MatchBudget> BudgetOf(const store::Reader& reader, absl::Time now,
                                              const ids::Uuid& organisation_id) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::MatchBudget> budget,
                       store::Find<storage::MatchBudget>(reader, keys::MatchBudget(DayNumber(now), organisation_id)));
  return std::move(budget).value_or(storage::MatchBudget());
}

void PutBudget(store::Txn& txn, absl::Time now, const ids::Uuid& organisation_id, const storage::MatchBudget& budget) {
  store::PutMessage(txn, keys::MatchBudget(DayNumber(now), organisation_id), budget);
}

absl::Status TooManyToday(std::string_view what, int limit, absl::Time now) {
  return status::UsedUp(reasons::kTooManyToday,
                        Cat("your organisation has had its day's share of ", limit, " ", what,
                            "; nothing was done, and it has another tomorrow"),
                        calendar::EndOf(calendar::DayOf(now)) - now, {{"limit", Cat(limit)}});
}

absl::StatusOr<size_t> Sweep(store::Txn& txn, absl::Time now) {
  const store::Range over{keys::PossibleMatchEnds(), keys::PossibleMatchEnd(Micros(now), ids::Uuid())};
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> ended, KeysIn(txn, over, kMatchRowsSweptMax));
  for (const std::string& row : ended) {
    txn.Delete(row);
    txn.Delete(keys::PossibleMatch(LastId(row)));
  }
  const store::Range before{keys::MatchBudgets(), keys::MatchBudgetsOf(DayNumber(now))};
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> budgets, KeysIn(txn, before, kMatchRowsSweptMax));
  for (const std::string& row : budgets) txn.Delete(row);
  return ended.size() + budgets.size();
}

}  // namespace nwd::consent::matches
