// Looking for somebody registered who may be the person that an organisation describes, beside whoever they certainly
// are. Candidates are found by keyed hashes, their details opened under their own keys, compared (matching.h), and
// forgotten. Called by handlers, many at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/consent/identifier_hashes.h"
#include "services/consent/matching.h"
#include "services/consent/parts.h"

namespace nwd::consent {

struct LikelyPerson {
  ids::Uuid person_id;
  Agreement agreement;
  std::vector<std::string> agreed_fields;  // of PersonDetails, by name
};

// The likeliest of those who possibly are the person and of whom that could be confirmed; nothing where there is none.
// RESOURCE_EXHAUSTED where more is to be compared than the pool takes.
async::Task<absl::StatusOr<std::optional<LikelyPerson>>> FindLikely(const Parts& parts, const CheckedDetails& details,
                                                                    const HashedDetails& hashed);

}  // namespace nwd::consent
