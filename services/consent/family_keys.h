// The keys of everybody who is one person (joins.h): each id's own, since joining rewrites nothing. Called by handlers,
// many at once.
#pragma once

#include "absl/container/flat_hash_map.h"
#include "services/consent/parts.h"

namespace nwd::consent {

// Without those who are erased, or of whom there is nobody.
using FamilyKeys = absl::flat_hash_map<ids::Uuid, person_keys::PersonKey>;

async::Task<absl::StatusOr<FamilyKeys>> KeysOfFamily(const Parts& parts, ids::Uuid person_id);

}  // namespace nwd::consent
