// What each lawful basis asks of an authority: one table. And what terms an authority may have, beyond what its fields
// declare; faults are reported all at once, under "terms.". Pure functions.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// Whether organisations of this kind are public authorities in what they do with a hub's data.
bool IsPublicAuthority(common::v1::OrganisationKind kind);

// Whether the person has a right to object to it (UK GDPR, Article 21).
bool MayObject(common::v1::LawfulBasis lawful_basis);
// The bases that may be objected to, in words.
std::string BasesWithObjection();

// `asserter`: the kind of the organisation that asserts.
void CheckTerms(const v1::AuthorityTerms& terms, common::v1::OrganisationKind asserter, absl::Time now,
                status::Violations& violations);

// Whether the agreement that the terms cite foresees them (shared_terms.h). `agreement`: null where there is none.
void CheckForeseen(const v1::AuthorityTerms& terms, const common::v1::AgreementChange* agreement,
                   const ids::Uuid& asserter, status::Violations& violations);

// The part of a new authority that follows from its terms. The terms have been checked.
storage::Authority FromTerms(const v1::AuthorityTerms& terms);

}  // namespace nwd::consent
