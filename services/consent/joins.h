// People who turned out to be one. Joining rewrites nothing: each keeps their id, their key and all that was kept under
// it, and whoever reads looks at all ids of the family. So a join is undone by forgetting it.
//
// A family is a tree of such joins, each between the two of whom it was said, so that each can be undone alone. Called
// within a View or an Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"

namespace nwd::consent::joins {

// Everybody who is this person, the person first; the person alone where they are joined to nobody (one read).
absl::StatusOr<std::vector<ids::Uuid>> FamilyOf(const store::Reader& reader, const ids::Uuid& person_id);
// Whether two ids are of one person.
absl::StatusOr<bool> AreOne(const store::Reader& reader, const ids::Uuid& a, const ids::Uuid& b);

// Whether an organisation holds the person, by whichever of their ids.
absl::StatusOr<bool> IsHeldBy(const store::Reader& reader, const ids::Uuid& person_id,
                              const ids::Uuid& organisation_id);

// Which of a person's ids an organisation holds, or is or was a resident channel for: the one given or, where it knows
// another of the family, that; the one given where it knows none. What it is shown of the person carries the reference it knows.
absl::StatusOr<ids::Uuid> AsHeldBy(const store::Reader& reader, const ids::Uuid& person_id,
                                   const ids::Uuid& organisation_id);
// The same of a family that was looked up already, the one given first.
absl::StatusOr<ids::Uuid> AsHeldBy(const store::Reader& reader, const std::vector<ids::Uuid>& family,
                                   const ids::Uuid& organisation_id);

// What follows the person in the keys under `prefix` of each id of the family, in the keys' order, from `from` on: the
// places of one person's rows, whichever of their ids they lie under.
absl::StatusOr<std::vector<std::string>> PlacesOfFamily(const store::Reader& reader, const ids::Uuid& person_id,
                                                        absl::FunctionRef<std::string(const ids::Uuid&)> prefix,
                                                        const std::string& from);

// Joins two people, and with them all whom either is joined to. Nothing changes where they are one already; false where
// the family would be larger than kFamilyMax.
absl::StatusOr<bool> Join(store::Txn& txn, const ids::Uuid& a, const ids::Uuid& b);

// Undoes one join, the latest in which this very person was one of the two: answers the other. Whom either was joined to
// otherwise stays with them. Nothing where they are joined to nobody.
absl::StatusOr<std::optional<ids::Uuid>> Split(store::Txn& txn, const ids::Uuid& person_id);

// Undoes all joins in which this very person was one of the two: what is done to them then is done to them alone.
absl::Status Leave(store::Txn& txn, const ids::Uuid& person_id);

}  // namespace nwd::consent::joins
