// Referrals, their events and notes in the store, with every row that leads to them. Knows rows, not rules.
//
// Put keeps all index rows in step with the referral by comparing what it was with what it is now. Functions are used
// within a View's or Update's body; errors are those of the store. Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/store/store.h"
#include "services/referral/storage.pb.h"

namespace nwd::referral::repository {

using storage::Referral;

absl::StatusOr<std::optional<Referral>> Find(const store::Reader& reader, std::string_view referral_id);
// For a row that an index names: its absence is corruption.
absl::StatusOr<Referral> Get(const store::Reader& reader, std::string_view referral_id);

// `before`: what is stored now; null for a new referral.
void Put(store::Txn& txn, const Referral* before, const Referral& after);
// The referral with its events, notes, appointments and index rows.
absl::Status Remove(store::Txn& txn, const Referral& referral);

void PutEvent(store::Txn& txn, std::string_view referral_id, const storage::Event& event);
absl::StatusOr<std::optional<storage::Event>> FindEvent(const store::Reader& reader, std::string_view referral_id,
                                                        int64_t sequence);
void PutNote(store::Txn& txn, std::string_view referral_id, const storage::Note& note);
absl::StatusOr<int> CountNotes(const store::Reader& reader, std::string_view referral_id);

// Whether its referrer has another open, sent referral for this person and service, be it under another id of theirs.
absl::StatusOr<bool> HasOtherOpen(const store::Reader& reader, const Referral& referral,
                                  const std::vector<std::string>& joined_person_ids);
absl::StatusOr<std::optional<storage::EndedBasis>> FindEndedBasis(const store::Reader& reader,
                                                                  std::string_view basis_id);

// Takes what a person is told by out of referrals of theirs, at most so many: texts, notes, places, summary and groups, and
// the references by which the two sides found them. That there was a referral, between whom, for what service, and what
// became of it stays. True while there may be more.
absl::StatusOr<bool> ForgetSome(store::Txn& txn, std::string_view person_id, int limit);

// The person was erased.
absl::StatusOr<bool> IsErased(const store::Reader& reader, std::string_view person_id);

}  // namespace nwd::referral::repository
