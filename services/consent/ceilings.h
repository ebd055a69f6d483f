// What an organisation of a kind may see at most, whatever a consent says: health and convictions are not an employer's
// business by default, and the partnership that runs the hub reads about nobody. One table. Pure.
#pragma once

#include "nwd/common/v1/vocabulary.pb.h"
#include "nwd/consent/v1/record.pb.h"
#include "services/consent/categories.h"

namespace nwd::consent {

// The categories below the ceiling; none for a kind that is not known.
CategoryMask Ceiling(common::v1::OrganisationKind kind);
// Whether all of these are below it: who could not be let see something is not to judge it, nor to tell the person of it.
bool MaySeeAll(common::v1::OrganisationKind kind, CategoryMask categories);

// Takes out of a section, whose category is below the ceiling, what is not: what somebody needs to take part says much
// of their health, and stays with those who may see needs and barriers.
void LowerToCeiling(common::v1::OrganisationKind kind, v1::RecordSection& section);

}  // namespace nwd::consent
