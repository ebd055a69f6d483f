// People who turned out to be one: a mirror of the consent service's joins, kept from its change feed, so that figures of
// people count somebody once who was registered more than once. Rows are only of people who are joined to others.
//
// A family is a tree of joins, each between two people, and a split undoes one of them. Applying what was applied before
// changes nothing. Called within bodies of the store; errors are the store's, or
// DATA_LOSS for what does not parse. No state.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"

namespace nwd::outcome::families {

// All ids of one person, the one given first; it alone where they are joined to nobody (one read).
absl::StatusOr<std::vector<ids::Uuid>> Of(const store::Reader& reader, ids::Uuid person);

// Joins two people, and with them their families; false where they were one already.
absl::StatusOr<bool> Join(store::Txn& txn, ids::Uuid a, ids::Uuid b);
// Undoes the join of these two; false where there is none.
absl::StatusOr<bool> Split(store::Txn& txn, ids::Uuid a, ids::Uuid b);
// Takes an erased person out. All ids of a person are erased together, so no family is left in pieces.
absl::Status Forget(store::Txn& txn, ids::Uuid person);

}  // namespace nwd::outcome::families
