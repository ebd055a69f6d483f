// Cases of people's rights in the store: by id; a person's by time; an organisation's in the order of its list; all whose
// clock runs by when they are due. Their sealed words; and how the API shows them. Called within a View or an Update; errors
// are the store's, or DATA_LOSS for what does not parse or open. No state.
#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::cases {

absl::StatusOr<std::optional<storage::Case>> Find(const store::Reader& reader, const ids::Uuid& case_id);
// A new one, and its places in the indexes.
void Add(store::Txn& txn, const storage::Case& row);
// One that was `before`: its places go where they now belong.
void Replace(store::Txn& txn, const storage::Case& before, const storage::Case& row);

// One that has had its time. That somebody was erased stays (erasure_rows.h).
void Forget(store::Txn& txn, const storage::Case& row);

// Calls `visit` with each place and case, from the place `from` (empty means the first) until it says stop.
using Visitor = absl::FunctionRef<store::Visit(const std::string& place, const storage::Case&)>;
// Those that an organisation answers: whose clock runs, soonest due first; whose clock stands still, longest first; then,
// where `open_only` is false, those closed, newest first.
absl::Status WalkHandler(const store::Reader& reader, const ids::Uuid& handler_id, bool open_only,
                         const std::string& from, Visitor visit);
// A person's, under whichever of their ids (joins.h), newest first.
absl::Status WalkPerson(const store::Reader& reader, const ids::Uuid& person_id, const std::string& from,
                        Visitor visit);
// Those overdue at `now`, longest first.
absl::Status WalkOverdue(const store::Reader& reader, absl::Time now, const std::string& from, Visitor visit);

// Erasures that were granted, due soonest first; then, where `awaiting_only` is false, those carried out, newest first.
absl::Status WalkErasures(const store::Reader& reader, bool awaiting_only, const std::string& from, Visitor visit);

// How many there are of a person, at most kCasesPerPersonMax; and of those how many one organisation opened.
struct Count {
  int all = 0;
  int opened = 0;
};
absl::StatusOr<Count> CountOf(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& opener_id);

// How many are overdue at `now`, at most kCasesOverdueCountedMax, and of those how many came to be after `before`. Reads
// keys of one index alone.
struct Overdue {
  int all = 0;
  int newly = 0;
};
absl::StatusOr<Overdue> CountOverdue(const store::Reader& reader, absl::Time before, absl::Time now);

// Words are sealed under the person's key and bound to their case.
std::string Seal(const crypto::AeadKey& key, const ids::Uuid& case_id, const storage::CaseWords& words);
absl::StatusOr<storage::CaseWords> Open(const crypto::AeadKey& key, const storage::Case& row);

// "r7".
std::string EtagOf(const storage::Case& row);

// The case at `now` as `organisation_id`, which may see it, sees it.
v1::Case Show(const storage::Case& row, const storage::CaseWords& words, const ids::Uuid& organisation_id,
              std::string person_ref, absl::Time now);

// How far an erasure is.
v1::Erasure ShowErasure(const storage::Erasure& erasure);

}  // namespace nwd::consent::cases
