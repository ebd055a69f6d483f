#include "services/directory/role_rules.h"

#include <gtest/gtest.h>

namespace nwd::directory {
namespace {

using namespace common::v1;

bool Allowed(const std::vector<Role>& roles, bool has_sponsor = false) {
  status::Violations violations;
  CheckRoles(roles, has_sponsor, "roles", violations);
  return violations.empty();
}

TEST(RoleRules, HubAdminCombinesWithNoRoleThatReadsAboutPeople) {
  for (const Role role : {ROLE_AGENCY, ROLE_AUDITOR, ROLE_SAFEGUARDING, ROLE_RESIDENT_CHANNEL, ROLE_NAVIGATOR}) {
    EXPECT_FALSE(Allowed({ROLE_HUB_ADMIN, role}, true)) << Role_Name(role);
  }
  EXPECT_TRUE(Allowed({ROLE_HUB_ADMIN, ROLE_OPERATOR, ROLE_ANALYST}));
}

// Who speaks for people must not also be somebody whom they agree to.
TEST(RoleRules, AResidentChannelIsNothingElse) {
  EXPECT_TRUE(Allowed({ROLE_RESIDENT_CHANNEL}));
  for (int role = ROLE_AGENCY; role <= ROLE_NAVIGATOR; ++role) {
    EXPECT_FALSE(Allowed({static_cast<Role>(role), ROLE_RESIDENT_CHANNEL}, true)) << role;
  }
}

TEST(RoleRules, OtherRolesCombine) {
  EXPECT_TRUE(Allowed({ROLE_AGENCY, ROLE_SAFEGUARDING, ROLE_AUDITOR, ROLE_ANALYST}));
}

TEST(RoleRules, ARoleIsNamedOnce) { EXPECT_FALSE(Allowed({ROLE_AGENCY, ROLE_AGENCY})); }

TEST(RoleRules, ANavigatorNeedsASponsor) {
  EXPECT_FALSE(Allowed({ROLE_NAVIGATOR}, /*has_sponsor=*/false));
  EXPECT_TRUE(Allowed({ROLE_NAVIGATOR}, /*has_sponsor=*/true));
}

TEST(RoleRules, OnlyAgencyAndTakingRolesAwayTakeEffectAtOnce) {
  EXPECT_TRUE(TakesEffectAtOnce({}, {ROLE_AGENCY}));
  EXPECT_TRUE(TakesEffectAtOnce({ROLE_AGENCY, ROLE_SAFEGUARDING}, {ROLE_AGENCY}));
  EXPECT_TRUE(TakesEffectAtOnce({ROLE_SAFEGUARDING}, {ROLE_AGENCY, ROLE_SAFEGUARDING}));
  EXPECT_FALSE(TakesEffectAtOnce({ROLE_AGENCY}, {ROLE_AGENCY, ROLE_ANALYST}));
  EXPECT_FALSE(TakesEffectAtOnce({ROLE_HUB_ADMIN}, {ROLE_AGENCY})) << "one admin alone cannot strip another";
}

}  // namespace
}  // namespace nwd::directory
