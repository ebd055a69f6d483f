// The decision on an authority, as decide.h has that on a consent. What the person refused in a consent bears on
// consents alone: an authority does not rest on their agreement. It ends by their objection, where they have that right
// (authority_terms.h). It never depends on a referral. A pure function.
//
//   const Decision decision = Decide(authority, question, agreement.get(), now);
#pragma once

#include "services/consent/decide.h"

namespace nwd::consent {

// `agreement`: the one that the authority cites; null where it cites none, or one that is not known here.
Decision Decide(const storage::Authority& authority, const Question& question,
                const common::v1::AgreementChange* agreement, absl::Time now);

// It asserted or approved the authority, or is named in it.
bool IsParty(const storage::Authority& authority, const ids::Uuid& organisation_id);

// It neither asserted the authority nor receives anything by it.
bool IsNeutral(const storage::Authority& authority, const ids::Uuid& organisation_id);

// It is neutral, and of a kind that could be let see every section that is shared, and circumstances, of which the
// grounds tell: an employer does not judge, or learn of, what is shared to keep somebody safe. Who also holds the person
// is a second organisation.
bool MayJudge(const storage::Authority& authority, const ids::Uuid& organisation_id, common::v1::OrganisationKind kind);

}  // namespace nwd::consent
