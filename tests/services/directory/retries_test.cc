// A request_id makes a retry safe: the same request is done once and answered twice, another one is refused.
#include <gtest/gtest.h>

#include "tests/services/directory/hub.h"

namespace nwd::directory {
namespace {

constexpr char kRequestId[] = "3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e";
constexpr char kA[] = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr char kPage[] = R"({"contents": [{"id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "A",
                             "organization": {"id": "o1", "name": "Provider"}}]})";

class RetriesTest : public ::testing::Test {
 protected:
  RetriesTest() : lambeth_(hub_.AddAgency("lambeth")) { hub_.Import("feed", kPage); }

  // `alter` makes it another request.
  template <class Response, class Request>
  void ExpectOnce(std::string_view who, Request request, const std::function<void(Request&)>& alter) {
    request.set_request_id(kRequestId);
    const auto first = hub_.As<Response>(who, request);
    ASSERT_TRUE(first.ok()) << first.status();
    const store::Position changes = hub_.store->LastPosition(store::Feed::kChanges);
    const store::Position audit = hub_.store->LastPosition(store::Feed::kAudit);
    const auto again = hub_.As<Response>(who, request);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
    alter(request);
    EXPECT_EQ(CodeAndReason(hub_.As<Response>(who, request)), "ALREADY_EXISTS REQUEST_ID_REUSED");
    EXPECT_EQ(hub_.store->LastPosition(store::Feed::kChanges), changes) << "peers are told once";
    EXPECT_EQ(hub_.store->LastPosition(store::Feed::kAudit), audit) << "and the log";
  }

  Hub hub_;
  std::string lambeth_;
};

TEST_F(RetriesTest, SetCapacity) {
  ASSERT_TRUE(hub_.Link("o1", lambeth_).ok());
  v1::SetCapacityRequest request;
  request.set_service_id(kA);
  request.set_etag(hub_.GetService(kA)->etag());
  request.set_capacity(3);
  request.set_accepts_referrals(true);
  ExpectOnce<v1::SetCapacityResponse, v1::SetCapacityRequest>("lambeth", request,
                                                              [](auto& other) { other.set_capacity(4); });
  EXPECT_EQ(hub_.GetService(kA)->capacity(), 3);
}

TEST_F(RetriesTest, LinkProvider) {
  v1::LinkProviderRequest request;
  request.set_feed_id(hub_.feed_id);
  request.set_external_id("o1");
  request.set_organisation_id(lambeth_);
  ExpectOnce<v1::LinkProviderResponse, v1::LinkProviderRequest>("north", request,
                                                                [](auto& other) { other.clear_organisation_id(); });
  EXPECT_EQ(hub_.GetService(kA)->organisation_id(), lambeth_);
}

TEST_F(RetriesTest, BeginImport) {
  v1::BeginImportRequest request;
  request.set_feed_slug("feed");
  ExpectOnce<v1::BeginImportResponse, v1::BeginImportRequest>("north", request,
                                                              [](auto& other) { other.set_feed_slug("other"); });
}

TEST_F(RetriesTest, CommitImport) {
  v1::CommitImportRequest request;
  request.set_import_id(hub_.BeginImport("feed"));
  ExpectOnce<v1::CommitImportResponse, v1::CommitImportRequest>("north", request,
                                                                [](auto& other) { other.set_full(true); });
}

TEST_F(RetriesTest, SetOrganisationState) {
  v1::SetOrganisationStateRequest request;
  request.set_organisation_id(lambeth_);
  request.set_etag(hub_.Get("lambeth").etag());
  request.set_state(common::v1::ORGANISATION_STATE_SUSPENDED);
  ExpectOnce<v1::SetOrganisationStateResponse, v1::SetOrganisationStateRequest>(
      "north", request, [](auto& other) { other.set_state(common::v1::ORGANISATION_STATE_LEFT); });
  EXPECT_EQ(hub_.Get("lambeth").state(), common::v1::ORGANISATION_STATE_SUSPENDED);
}

TEST_F(RetriesTest, RevokeCertificate) {
  v1::RevokeCertificateRequest request;
  request.set_organisation_id(lambeth_);
  request.set_serial("2b");
  ExpectOnce<v1::RevokeCertificateResponse, v1::RevokeCertificateRequest>("north", request,
                                                                          [](auto& other) { other.set_serial("3c"); });
  EXPECT_EQ(hub_.Get("lambeth").revoked_serials_size(), 1);
}

TEST_F(RetriesTest, ProposeAndConfirmRoles) {
  v1::ProposeRolesRequest propose;
  propose.set_organisation_id(lambeth_);
  propose.set_etag(hub_.Get("lambeth").etag());
  propose.add_roles(common::v1::ROLE_AGENCY);
  propose.add_roles(common::v1::ROLE_ANALYST);
  ExpectOnce<v1::ProposeRolesResponse, v1::ProposeRolesRequest>(
      "north", propose, [](auto& other) { other.set_roles(1, common::v1::ROLE_OPERATOR); });
  v1::ConfirmRolesRequest confirm;
  confirm.set_organisation_id(lambeth_);
  confirm.set_etag(hub_.Get("lambeth").etag());
  ExpectOnce<v1::ConfirmRolesResponse, v1::ConfirmRolesRequest>("south", confirm,
                                                                [](auto& other) { other.set_etag("r1"); });
  EXPECT_EQ(hub_.Get("lambeth").roles_size(), 2);
}

}  // namespace
}  // namespace nwd::directory
