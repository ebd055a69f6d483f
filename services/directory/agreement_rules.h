// What a data-sharing agreement may say, and how it stands at a moment. Values in, values or faults out; the caller has
// the rows and the registry.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/access/registry.h"
#include "common/status/status.h"
#include "nwd/directory/v1/agreement_service.pb.h"

namespace nwd::directory {

// NOT_FOUND: everybody who asks may list agreements.
absl::Status NoAgreement(std::string_view agreement_id);

// Faults of the terms alone, beyond what their fields declare, under "terms.".
void CheckAgreementTerms(const v1::AgreementTerms& terms, absl::Time now, status::Violations& violations);
// Each party is an organisation of the hub that has not left.
void CheckParties(const v1::AgreementTerms& terms, const access::Registry& registry, status::Violations& violations);

// From when it holds, and when it ends or ended.
absl::Time BeginOf(const v1::Agreement& agreement);
absl::Time EndOf(const v1::Agreement& agreement);
v1::AgreementState StateAt(const v1::Agreement& agreement, absl::Time now);
// Its review_on has come, in London, while it is in force.
bool ReviewDue(const v1::Agreement& agreement, absl::Time now);
bool IsParty(const v1::Agreement& agreement, std::string_view organisation_id);

}  // namespace nwd::directory
