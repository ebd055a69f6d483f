// What terms a consent may have, beyond what its fields declare. Faults are reported all at once, under "terms.". Pure
// functions; the handler of CreateConsent calls them before its Update.
#pragma once

#include "absl/time/time.h"
#include "common/status/status.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

void CheckTerms(const v1::ConsentTerms& terms, absl::Time now, status::Violations& violations);

// The part of a new consent that follows from its terms. The terms have been checked.
storage::Consent FromTerms(const v1::ConsentTerms& terms);

}  // namespace nwd::consent
