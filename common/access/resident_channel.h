// What a resident channel is: an organisation with the role RESIDENT_CHANNEL and no other. Whoever speaks for people is
// nothing else: with a second role it could agree, as a person, to what it receives as an agency. Pure.
#pragma once

#include "common/access/registry.h"

namespace nwd::access {

// False for null.
inline bool IsResidentChannel(const OrganisationPtr& organisation) {
  return organisation != nullptr && organisation->roles.size() == 1 &&
         organisation->HasRole(common::v1::ROLE_RESIDENT_CHANNEL);
}

}  // namespace nwd::access
