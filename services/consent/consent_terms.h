// What terms a consent may have, beyond what its fields declare. Faults are reported all at once, under "terms.". Pure
// functions; the handler of CreateConsent calls them before its Update.
#pragma once

#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

void CheckTerms(const v1::ConsentTerms& terms, absl::Time now, status::Violations& violations);

// Whether the agreement that the terms cite foresees them (shared_terms.h). `agreement`: null where there is none.
void CheckForeseen(const v1::ConsentTerms& terms, const common::v1::AgreementChange* agreement, const ids::Uuid& captor,
                   status::Violations& violations);

// The part of a new consent that follows from its terms. The terms have been checked.
storage::Consent FromTerms(const v1::ConsentTerms& terms);

}  // namespace nwd::consent
