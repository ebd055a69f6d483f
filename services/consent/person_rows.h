// People, who holds them, and the identifiers that lead to them, in the store. Called within a View or an Update;
// errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/identifier_hashes.h"
#include "services/consent/matching.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::people {

absl::StatusOr<std::optional<storage::Person>> Find(const store::Reader& reader, const ids::Uuid& person_id);
void Put(store::Txn& txn, const ids::Uuid& person_id, const storage::Person& person);

// An organisation holds a person if it registered them.
absl::StatusOr<bool> Holds(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& organisation_id);
void AddHolder(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id, absl::Time now);

// The people to whom this identifier belongs; never more than one by registration alone.
absl::StatusOr<std::vector<ids::Uuid>> FindByIdentifier(const store::Reader& reader,
                                                        const HashedIdentifier& identifier);
// The person who certainly is the one described: an identifier agrees, and so do name and date of birth.
absl::StatusOr<std::optional<ids::Uuid>> FindCertain(const store::Reader& reader, const HashedDetails& details);
// Gives the person, whose row `person` is, the identifiers that belong to nobody yet; the row is the caller's to keep.
// One that somebody else has stays theirs.
absl::Status BindIdentifiers(store::Txn& txn, const ids::Uuid& person_id, const HashedDetails& details, absl::Time now,
                             storage::Person& person);
// How the person's identifiers and those of a description agree.
IdentifierAgreement CompareIdentifiers(const storage::Person& person, const HashedDetails& details);

}  // namespace nwd::consent::people
