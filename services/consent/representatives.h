// Who may act for a person: which kinds of authority rest on a document (one table), whether what was seen shows it,
// whether the terms lie within it, and when it ends. Faults are reported all at once, under "terms.". Pure functions.
#pragma once

#include "absl/time/time.h"
#include "common/status/status.h"
#include "nwd/consent/v1/consent_service.pb.h"

namespace nwd::consent {

// Adds what is wrong with the representative of `terms`, where they have one. The fields' own rules have been checked.
void CheckRepresentative(const v1::ConsentTerms& terms, absl::Time now, status::Violations& violations);

// The moment the representative's authority is over, in London; the infinite future where it does not end.
absl::Time AuthorityEnd(const v1::Representative& representative);

}  // namespace nwd::consent
