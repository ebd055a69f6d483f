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
// `sealed_details`: as it gave them (SealGiven); what it gave before they take the place of. Whether it held them before.
absl::StatusOr<bool> KeepHolder(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id,
                                absl::Time now, std::string sealed_details);
// The organisations that hold this very id, the first first.
struct HolderOf {
  ids::Uuid organisation_id;
  storage::Holder row;
};
absl::StatusOr<std::vector<HolderOf>> HoldersOf(const store::Reader& reader, const ids::Uuid& person_id);
// Counts one more consent that an organisation drew up about a person whom it holds; those under all ids of the person
// count (joins.h). FAILED_PRECONDITION, LIMIT_REACHED
// where it has as many as it may, or all organisations have; then nothing is counted.
absl::Status CountConsent(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id);

// One that is kept no more.
absl::Status UncountConsent(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id);

struct Known {
  ids::Uuid person_id;
  storage::Person person;
};
// Everybody who is this person (joins.h) and has a row, the person first.
absl::StatusOr<std::vector<Known>> FindFamily(const store::Reader& reader, const ids::Uuid& person_id);

// The people as whose this identifier was given, the first first; of one organisation at most kIdentifierOwnersMax
// (limits.h).
absl::StatusOr<std::vector<ids::Uuid>> FindByIdentifier(const store::Reader& reader,
                                                        const HashedIdentifier& identifier);
// How many of these people an organisation holds.
absl::StatusOr<size_t> CountHeld(const store::Reader& reader, const std::vector<ids::Uuid>& people,
                                 const ids::Uuid& organisation_id);
// The person who certainly is the one described: an identifier agrees, and so do name and date of birth. People who were
// joined are one here: where the identifier was given as one's, it is whoever of them has this name and birthday. Where
// that is so of several people it is the one as whose the first of the identifiers was given first.
absl::StatusOr<std::optional<ids::Uuid>> FindCertain(const store::Reader& reader, const HashedDetails& details);
// Keeps the identifiers as the person's, whose row `person` is; the row is the caller's to keep. Whether others have one
// as well makes no difference, or registering somebody would tell it; nor does how often others gave it, or they could use
// it up. Beyond kIdentifierOwnersMax people whom `organisation_id` holds it is not kept.
absl::Status BindIdentifiers(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id,
                             const HashedDetails& details, absl::Time now, storage::Person& person);
// How the person's identifiers and those of a description agree.
IdentifierAgreement CompareIdentifiers(const storage::Person& person, const HashedDetails& details);

}  // namespace nwd::consent::people
