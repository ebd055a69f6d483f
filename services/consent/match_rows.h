// What matching keeps in the store: blocks that lead to people of like descriptions, possible matches that wait to be
// confirmed, and what each organisation has used of its day's share. Called within a View or an Update; errors are the
// store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/identifier_hashes.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::matches {

void AddBlocks(store::Txn& txn, const ids::Uuid& person_id, const HashedDetails& details);
// People who share an identifier or a block with the description, those who share most first, at most kCandidatesMax.
absl::StatusOr<std::vector<ids::Uuid>> Candidates(const store::Reader& reader, const HashedDetails& details);

// Each under an id of its own: one person may be registered at two desks at once, and each is told.
void Put(store::Txn& txn, const ids::Uuid& match_id, const storage::PossibleMatch& match);
absl::StatusOr<std::optional<storage::PossibleMatch>> Find(const store::Reader& reader, const ids::Uuid& match_id);
void Delete(store::Txn& txn, const ids::Uuid& match_id, const storage::PossibleMatch& match);

absl::StatusOr<storage::MatchBudget> BudgetOf(const store::Reader& reader, absl::Time now,
                                              const ids::Uuid& organisation_id);
void PutBudget(store::Txn& txn, absl::Time now, const ids::Uuid& organisation_id, const storage::MatchBudget& budget);

// RESOURCE_EXHAUSTED, TOO_MANY_TODAY, until London's next day: `limit` of `what` were this day's share.
absl::Status TooManyToday(std::string_view what, int limit, absl::Time now);

// Forgets possible matches that can no longer be confirmed and the shares of days before, at most kMatchRowsSweptMax of
// each; answers how many.
absl::StatusOr<size_t> Sweep(store::Txn& txn, absl::Time now);

}  // namespace nwd::consent::matches
