// What an organisation of a kind may see at most, whatever a consent says: health and convictions are not an employer's
// business by default, and the partnership that runs the hub reads about nobody. One table. Pure.
#pragma once

#include "nwd/common/v1/vocabulary.pb.h"
#include "services/consent/categories.h"

namespace nwd::consent {

// The categories below the ceiling; none for a kind that is not known.
CategoryMask Ceiling(common::v1::OrganisationKind kind);

}  // namespace nwd::consent
