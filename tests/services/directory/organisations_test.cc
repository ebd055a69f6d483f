// The registry, by its RPCs.
#include <gtest/gtest.h>

#include "tests/services/directory/hub.h"

namespace nwd::directory {
namespace {

using namespace common::v1;
using ::testing::ElementsAre;

v1::CreateOrganisationRequest CreateRequest(const std::string& slug, OrganisationKind kind = ORGANISATION_KIND_VCS) {
  v1::CreateOrganisationRequest request;
  request.set_slug(slug);
  request.set_name("Name of " + slug);
  request.set_kind(kind);
  return request;
}

absl::StatusOr<v1::ProposeRolesResponse> Propose(Hub& hub, std::string_view by, std::string_view slug,
                                                 std::vector<Role> roles) {
  const v1::Organisation organisation = hub.Get(slug);
  v1::ProposeRolesRequest request;
  request.set_organisation_id(organisation.organisation_id());
  request.set_etag(organisation.etag());
  for (const Role role : roles) request.add_roles(role);
  return hub.As<v1::ProposeRolesResponse>(by, request);
}

absl::StatusOr<v1::ConfirmRolesResponse> Confirm(Hub& hub, std::string_view by, std::string_view slug,
                                                 const std::string& etag) {
  v1::ConfirmRolesRequest request;
  request.set_organisation_id(hub.Get(slug).organisation_id());
  request.set_etag(etag);
  return hub.As<v1::ConfirmRolesResponse>(by, request);
}

absl::StatusOr<v1::SetOrganisationStateResponse> SetState(Hub& hub, std::string_view by, std::string_view slug,
                                                          OrganisationState state) {
  const v1::Organisation organisation = hub.Get(slug);
  v1::SetOrganisationStateRequest request;
  request.set_organisation_id(organisation.organisation_id());
  request.set_etag(organisation.etag());
  request.set_state(state);
  return hub.As<v1::SetOrganisationStateResponse>(by, request);
}

absl::StatusOr<v1::ListOrganisationsResponse> List(Hub& hub, std::string_view by) {
  return hub.As<v1::ListOrganisationsResponse>(by, v1::ListOrganisationsRequest());
}

TEST(Organisations, AnEmptyRegistryGetsItsTwoAdminsOnce) {
  Hub hub;
  EXPECT_THAT(hub.Get("north").roles(), ElementsAre(ROLE_HUB_ADMIN));
  EXPECT_EQ(hub.Get("south").kind(), ORGANISATION_KIND_HUB);
  Hub again(hub.store);
  EXPECT_EQ(List(again, "south")->organisations_size(), 2);
}

TEST(Organisations, ANewOneIsActiveAnAgencyAndMayCallAtOnce) {
  Hub hub;
  hub.AddAgency("lambeth");
  const v1::Organisation lambeth = hub.Get("lambeth");
  EXPECT_EQ(lambeth.state(), ORGANISATION_STATE_ACTIVE);
  EXPECT_THAT(lambeth.roles(), ElementsAre(ROLE_AGENCY));
  EXPECT_THAT(lambeth.identities(), ElementsAre("spiffe://hub.test/org/lambeth"));
  EXPECT_TRUE(List(hub, "lambeth").ok());
}

TEST(Organisations, AHubOrganisationStartsWithoutRoles) {
  Hub hub;
  ASSERT_TRUE(hub.As<v1::CreateOrganisationResponse>("north", CreateRequest("east", ORGANISATION_KIND_HUB)).ok());
  EXPECT_TRUE(hub.Get("east").roles().empty());
}

TEST(Organisations, SlugsAndIdentitiesAreUnique) {
  Hub hub;
  hub.AddAgency("lambeth");
  EXPECT_EQ(CodeAndReason(hub.As<v1::CreateOrganisationResponse>("north", CreateRequest("lambeth"))),
            "ALREADY_EXISTS SLUG_TAKEN");
  v1::CreateOrganisationRequest other = CreateRequest("other");
  other.add_identities("spiffe://hub.test/org/lambeth");
  EXPECT_EQ(CodeAndReason(hub.As<v1::CreateOrganisationResponse>("north", other)), "ALREADY_EXISTS IDENTITY_TAKEN");
}

TEST(Organisations, AnIdentityOfAnotherTrustDomainIsRefused) {
  Hub hub;
  v1::CreateOrganisationRequest request = CreateRequest("other");
  request.add_identities("spiffe://elsewhere.test/org/other");
  EXPECT_EQ(hub.As<v1::CreateOrganisationResponse>("north", request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Organisations, OnlyAdminsChangeTheRegistry) {
  Hub hub;
  hub.AddAgency("lambeth");
  EXPECT_EQ(hub.As<v1::CreateOrganisationResponse>("lambeth", CreateRequest("x")).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(hub.As<v1::CreateOrganisationResponse>("nobody", CreateRequest("x")).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST(Organisations, ARetryGetsTheSameAnswerAndCreatesNothing) {
  Hub hub;
  v1::CreateOrganisationRequest request = CreateRequest("lambeth");
  request.set_request_id("3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e");
  const auto first = hub.As<v1::CreateOrganisationResponse>("north", request);
  const auto second = hub.As<v1::CreateOrganisationResponse>("north", request);
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_EQ(first->organisation_id(), second->organisation_id());
  EXPECT_EQ(List(hub, "north")->organisations_size(), 3);
  request.set_name("Another name");
  EXPECT_EQ(hub.As<v1::CreateOrganisationResponse>("north", request).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST(Organisations, AStaleEtagChangesNothing) {
  Hub hub;
  hub.AddAgency("lambeth");
  v1::UpdateOrganisationRequest request;
  request.set_organisation_id(hub.Get("lambeth").organisation_id());
  request.set_etag(hub.Get("lambeth").etag());
  request.mutable_update_mask()->add_paths("name");
  request.set_name("First");
  ASSERT_TRUE(hub.As<v1::UpdateOrganisationResponse>("north", request).ok());
  request.set_name("Second");
  EXPECT_EQ(hub.As<v1::UpdateOrganisationResponse>("north", request).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(hub.Get("lambeth").name(), "First");
}

TEST(Organisations, ANewIdentityIsBelievedAndTheOldOneNoLonger) {
  Hub hub;
  hub.AddAgency("lambeth");
  v1::UpdateOrganisationRequest request;
  request.set_organisation_id(hub.Get("lambeth").organisation_id());
  request.set_etag(hub.Get("lambeth").etag());
  request.mutable_update_mask()->add_paths("identities");
  request.add_identities("spiffe://hub.test/org/lambeth-council");
  ASSERT_TRUE(hub.As<v1::UpdateOrganisationResponse>("north", request).ok());
  EXPECT_TRUE(List(hub, "lambeth-council").ok());
  EXPECT_EQ(List(hub, "lambeth").status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(hub.AddAgency("other-lambeth").empty(), false);
}

TEST(Organisations, AnUnknownFieldInTheMaskIsNamed) {
  Hub hub;
  v1::UpdateOrganisationRequest request;
  request.set_organisation_id(hub.Get("south").organisation_id());
  request.set_etag(hub.Get("south").etag());
  request.mutable_update_mask()->add_paths("slug");
  EXPECT_EQ(hub.As<v1::UpdateOrganisationResponse>("north", request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Organisations, SuspensionTakesEffectOnTheNextCall) {
  Hub hub;
  hub.AddAgency("lambeth");
  ASSERT_TRUE(SetState(hub, "north", "lambeth", ORGANISATION_STATE_SUSPENDED).ok());
  EXPECT_EQ(List(hub, "lambeth").status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(SetState(hub, "north", "lambeth", ORGANISATION_STATE_ACTIVE).ok());
  EXPECT_TRUE(List(hub, "lambeth").ok());
}

TEST(Organisations, HavingLeftIsFinal) {
  Hub hub;
  hub.AddAgency("lambeth");
  ASSERT_TRUE(SetState(hub, "north", "lambeth", ORGANISATION_STATE_LEFT).ok());
  EXPECT_EQ(CodeAndReason(SetState(hub, "north", "lambeth", ORGANISATION_STATE_ACTIVE)),
            "FAILED_PRECONDITION WRONG_STATE");
}

TEST(Organisations, AnAdminCannotSuspendItselfAndTheLastOneStays) {
  Hub hub;
  EXPECT_EQ(CodeAndReason(SetState(hub, "north", "north", ORGANISATION_STATE_SUSPENDED)),
            "FAILED_PRECONDITION OWN_STATE");
  ASSERT_TRUE(SetState(hub, "north", "south", ORGANISATION_STATE_SUSPENDED).ok());
  EXPECT_EQ(List(hub, "south").status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(Organisations, ARevokedCertificateIsNoLongerBelieved) {
  Hub hub;
  hub.AddAgency("lambeth");
  v1::RevokeCertificateRequest request;
  request.set_organisation_id(hub.Get("lambeth").organisation_id());
  request.set_serial("1a");  // what Hub calls with
  const auto first = hub.As<v1::RevokeCertificateResponse>("north", request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(List(hub, "lambeth").status().code(), absl::StatusCode::kUnauthenticated);
  const auto again = hub.As<v1::RevokeCertificateResponse>("north", request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(first->etag(), again->etag()) << "revoking twice changes nothing more";
}

TEST(Roles, OfMoreThanAnAgencyNeedASecondAdmin) {
  Hub hub;
  hub.AddAgency("lambeth");
  const auto proposed = Propose(hub, "north", "lambeth", {ROLE_AGENCY, ROLE_SAFEGUARDING});
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(hub.Get("lambeth").roles(), ElementsAre(ROLE_AGENCY)) << "not before it is confirmed";
  EXPECT_EQ(CodeAndReason(Confirm(hub, "north", "lambeth", proposed->etag())), "FAILED_PRECONDITION OWN_PROPOSAL");
  ASSERT_TRUE(Confirm(hub, "south", "lambeth", proposed->etag()).ok());
  EXPECT_THAT(hub.Get("lambeth").roles(), ElementsAre(ROLE_AGENCY, ROLE_SAFEGUARDING));
  EXPECT_TRUE(hub.Get("lambeth").proposed_roles().empty());
  EXPECT_EQ(CodeAndReason(Confirm(hub, "south", "lambeth", hub.Get("lambeth").etag())),
            "FAILED_PRECONDITION NOTHING_PROPOSED");
}

TEST(Roles, ExactlyTheProposalSeenIsConfirmed) {
  Hub hub;
  hub.AddAgency("lambeth");
  const auto seen = Propose(hub, "north", "lambeth", {ROLE_AGENCY, ROLE_ANALYST});
  ASSERT_TRUE(Propose(hub, "north", "lambeth", {ROLE_AGENCY, ROLE_SAFEGUARDING}).ok());
  EXPECT_EQ(Confirm(hub, "south", "lambeth", seen->etag()).status().code(), absl::StatusCode::kAborted);
}

TEST(Roles, AreTakenAwayAtOnce) {
  Hub hub;
  hub.AddAgency("lambeth");
  const auto proposed = Propose(hub, "north", "lambeth", {ROLE_AGENCY, ROLE_ANALYST});
  ASSERT_TRUE(Confirm(hub, "south", "lambeth", proposed->etag()).ok());
  ASSERT_TRUE(Propose(hub, "south", "lambeth", {ROLE_AGENCY}).ok());
  EXPECT_THAT(hub.Get("lambeth").roles(), ElementsAre(ROLE_AGENCY));
}

TEST(Roles, HubAdminBesideAnAgencyIsRefused) {
  Hub hub;
  hub.AddAgency("lambeth");
  EXPECT_EQ(Propose(hub, "north", "lambeth", {ROLE_AGENCY, ROLE_HUB_ADMIN}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Roles, TheLastActiveAdminKeepsItsRole) {
  Hub hub;
  const auto proposed = Propose(hub, "south", "north", {ROLE_OPERATOR});
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  const v1::Organisation south = hub.Get("south");
  const auto own = Propose(hub, "north", "south", {ROLE_ANALYST});
  ASSERT_TRUE(own.ok()) << own.status();
  ASSERT_TRUE(Confirm(hub, "south", "south", own->etag()).ok()) << "two admins agreed, and one remains";
  EXPECT_EQ(SetState(hub, "north", "north", ORGANISATION_STATE_LEFT).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(Roles, ANavigatorIsSponsored) {
  Hub hub;
  const std::string lambeth = hub.AddAgency("lambeth");
  hub.AddAgency("alone");
  EXPECT_EQ(Propose(hub, "north", "alone", {ROLE_NAVIGATOR}).status().code(), absl::StatusCode::kInvalidArgument);
  v1::CreateOrganisationRequest request = CreateRequest("navigators");
  request.set_sponsor_organisation_id(lambeth);
  ASSERT_TRUE(hub.As<v1::CreateOrganisationResponse>("north", request).ok());
  EXPECT_TRUE(Propose(hub, "north", "navigators", {ROLE_NAVIGATOR}).ok());
}

TEST(Organisations, PagesGoOnWhileOthersJoin) {
  Hub hub;
  for (const char* slug : {"b", "d", "f", "h"}) hub.AddAgency(slug);
  v1::ListOrganisationsRequest request;
  request.set_page_size(2);
  std::vector<std::string> seen;
  for (int page = 0; page < 10; ++page) {
    const auto answered = hub.As<v1::ListOrganisationsResponse>("b", request);
    ASSERT_TRUE(answered.ok()) << answered.status();
    for (const v1::Organisation& organisation : answered->organisations()) seen.push_back(organisation.slug());
    hub.AddAgency(absl::StrCat("a", page));  // before everything seen
    if (answered->next_page_token().empty()) break;
    request.set_page_token(answered->next_page_token());
  }
  EXPECT_THAT(seen, ElementsAre("b", "d", "f", "h", "north", "south"));
}

TEST(Organisations, AForgedPageTokenIsRefused) {
  Hub hub;
  v1::ListOrganisationsRequest request;
  request.set_page_token("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(hub.As<v1::ListOrganisationsResponse>("north", request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Organisations, EveryChangeIsToldToPeersInFull) {
  Hub hub;
  hub.AddAgency("lambeth");
  ASSERT_TRUE(SetState(hub, "north", "lambeth", ORGANISATION_STATE_SUSPENDED).ok());
  const std::vector<Change> changes = hub.Changes();
  ASSERT_EQ(changes.size(), 4u);  // two admins, one agency, its suspension
  EXPECT_EQ(changes[3].organisation().slug(), "lambeth");
  EXPECT_EQ(changes[3].organisation().state(), ORGANISATION_STATE_SUSPENDED);
  EXPECT_THAT(changes[3].organisation().roles(), ElementsAre(ROLE_AGENCY));
}

TEST(Organisations, OurServicesMayAskForOne) {
  Hub hub;
  v1::GetOrganisationRequest request;
  request.set_slug("north");
  EXPECT_TRUE(hub.AsService<v1::GetOrganisationResponse>("consent", request).ok());
  request.set_slug("nobody");
  EXPECT_EQ(CodeAndReason(hub.AsService<v1::GetOrganisationResponse>("consent", request)), "NOT_FOUND NO_ORGANISATION");
}

}  // namespace
}  // namespace nwd::directory
