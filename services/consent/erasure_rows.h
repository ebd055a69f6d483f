// Erasures in the store: what was erased and when, for ever; those that are not complete; and taking out what leads to a
// person, and what was sealed under their key. Called within a View or an Update; errors are the store's, or DATA_LOSS for
// what does not parse. No state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/identifier_hashes.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::erasures {

absl::StatusOr<std::optional<storage::Erasure>> Find(const store::Reader& reader, const ids::Uuid& case_id);
// Keeps it, and its place among those that are not complete; of a new one, that each of its people was erased.
void Put(store::Txn& txn, const ids::Uuid& case_id, const storage::Erasure& erasure);
// The cases of those that are not complete, at most `limit`.
absl::StatusOr<std::vector<ids::Uuid>> Open(const store::Reader& reader, const ids::Uuid& after, size_t limit);

// When and by which case this id of a person was erased; nothing where it was not.
absl::StatusOr<std::optional<storage::ErasedPerson>> FindPerson(const store::Reader& reader,
                                                                const ids::Uuid& person_id);

// Takes out all by which this id of a person is found, held, spoken for or joined. `blocks`: those its details fall into.
absl::Status ForgetPerson(store::Txn& txn, const ids::Uuid& person_id, const std::vector<std::string>& blocks);

// Deletes what was sealed under this id's key, at most so many rows: its record, and the terms and receipts of its consents
// and authorities. True while there may be more.
absl::StatusOr<bool> SweepSome(store::Txn& txn, const ids::Uuid& person_id, size_t rows_max);

}  // namespace nwd::consent::erasures
