// Which roles go together, and whose word makes them effective. Values in, values out.
#pragma once

#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "nwd/common/v1/access.pb.h"

namespace nwd::directory {

using common::v1::Role;

// A message's roles.
inline std::vector<Role> RolesOf(const google::protobuf::RepeatedField<int>& from) {
  std::vector<Role> roles;
  for (const int role : from) roles.push_back(static_cast<Role>(role));
  return roles;
}

// Roles whose holders read about people: HUB_ADMIN, which reads about nobody, combines with none of them. AUDITOR is
// among them because the list of disclosures is about people, and because nobody should audit what they administer.
bool ReadsAboutPeople(Role role);

// Adds a violation of `field` for each thing wrong with a set of roles: a role named twice, HUB_ADMIN beside one that
// reads about people, RESIDENT_CHANNEL beside any other, NAVIGATOR without a sponsor.
void CheckRoles(const std::vector<Role>& roles, bool has_sponsor, std::string_view field,
                status::Violations& violations);

// Whether going from `present` to `proposed` needs no second admin: it adds nothing but AGENCY, and HUB_ADMIN is not
// taken away.
bool TakesEffectAtOnce(const std::vector<Role>& present, const std::vector<Role>& proposed);

// "AGENCY OPERATOR": for the audit log and messages.
std::string RoleNames(const std::vector<Role>& roles);

}  // namespace nwd::directory
