#include "common/access/policy.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "tests/testing/echo_service.pb.h"

namespace nwd::access {
namespace {

using common::v1::AccessRule;

AccessRule ForAgencies() {
  AccessRule rule;
  rule.add_roles(common::v1::ROLE_AGENCY);
  rule.add_services("referral");
  rule.set_tie(common::v1::TIE_NONE);
  return rule;
}

Caller Agency(common::v1::OrganisationState state = common::v1::ORGANISATION_STATE_ACTIVE,
              common::v1::Role role = common::v1::ROLE_AGENCY) {
  Organisation organisation;
  organisation.organisation_id = "a";
  organisation.state = state;
  organisation.roles = {role};
  organisation.revoked_serials = {"0bad"};
  Caller caller;
  caller.kind = Caller::Kind::kOrganisation;
  caller.serial = "01";
  caller.organisation = std::make_shared<const Organisation>(organisation);
  return caller;
}

Caller Service(const std::string& name) {
  Caller caller;
  caller.kind = Caller::Kind::kService;
  caller.service = name;
  return caller;
}

TEST(Policy, AnActiveOrganisationWithTheRoleIsAdmitted) { EXPECT_TRUE(Admit(ForAgencies(), Agency()).ok()); }

TEST(Policy, AnotherRoleIsDeniedInTheWordsOfAbsence) {
  EXPECT_EQ(Admit(ForAgencies(), Agency(common::v1::ORGANISATION_STATE_ACTIVE, common::v1::ROLE_HUB_ADMIN)),
            status::Denied());
}

TEST(Policy, AnOrganisationThatIsSuspendedOrHasLeftIsRefused) {
  for (const auto state : {common::v1::ORGANISATION_STATE_SUSPENDED, common::v1::ORGANISATION_STATE_LEFT}) {
    EXPECT_EQ(status::ReasonOf(Admit(ForAgencies(), Agency(state))), "ORGANISATION_NOT_ACTIVE");
  }
}

TEST(Policy, ARevokedSerialIsRefusedEvenWhereAnyIdentityMayCall) {
  AccessRule rule = ForAgencies();
  rule.set_any_identity(true);
  Caller caller = Agency();
  EXPECT_TRUE(Admit(rule, caller).ok());
  caller.serial = "0bad";
  EXPECT_EQ(status::ReasonOf(Admit(rule, caller)), "CERTIFICATE_REVOKED");
}

TEST(Policy, WhatTheAuthorityHasRevokedIsRefusedWhoeversItIs) {
  Registry registry;
  registry.SetRevoked({"01"});
  for (Caller caller : {Agency(), Service("referral"), Caller()}) {
    caller.serial = "01";
    EXPECT_EQ(status::ReasonOf(AdmitCertificate(caller, registry)), "CERTIFICATE_REVOKED");
    caller.serial = "02";
    EXPECT_TRUE(AdmitCertificate(caller, registry).ok());
  }
}

TEST(Policy, AServiceIsAdmittedWhereTheRuleNamesIt) {
  EXPECT_TRUE(Admit(ForAgencies(), Service("referral")).ok());
  EXPECT_EQ(Admit(ForAgencies(), Service("outcome")), status::Denied());
}

TEST(Policy, NobodyOfThisHubIsUnauthenticated) {
  EXPECT_EQ(Admit(ForAgencies(), Caller()).code(), absl::StatusCode::kUnauthenticated);
}

TEST(Policy, AMethodWithoutARuleHasNoneToEnforce) {
  const auto& file = *testing::v1::BareRequest::descriptor()->file();
  const auto none = RuleOf(*file.FindServiceByName("RuleLessService")->method(0));
  EXPECT_EQ(none.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(RuleOf(*file.FindServiceByName("EchoService")->method(0)).ok());
}

TEST(Policy, ANavigatorGoesNoFurtherThanItsSponsor) {
  Registry registry;
  Organisation sponsor;
  sponsor.organisation_id = "sponsor";
  sponsor.state = common::v1::ORGANISATION_STATE_ACTIVE;
  auto navigator = std::make_shared<Organisation>();
  navigator->sponsor_organisation_id = "sponsor";
  Caller caller = Agency();
  caller.organisation = navigator;
  EXPECT_EQ(status::ReasonOf(AdmitSponsor(caller, registry)), "ORGANISATION_NOT_ACTIVE") << "the sponsor is unknown";
  registry.Set(sponsor);
  EXPECT_TRUE(AdmitSponsor(caller, registry).ok());
  sponsor.state = common::v1::ORGANISATION_STATE_SUSPENDED;
  registry.Set(sponsor);
  EXPECT_EQ(status::ReasonOf(AdmitSponsor(caller, registry)), "ORGANISATION_NOT_ACTIVE");
}

}  // namespace
}  // namespace nwd::access
