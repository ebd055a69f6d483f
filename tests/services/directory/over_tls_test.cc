// The service as callers meet it: over mutual TLS, through the whole chain.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "nwd/common/v1/change_service.pb.h"
#include "services/directory/restated.h"
#include "tests/common/replica/restating.h"
#include "tests/services/directory/hub.h"
#include "tests/testing/test_hub.h"

namespace nwd::directory {
namespace {

using namespace common::v1;

constexpr char kPage[] = R"({"contents": [{"id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "English classes",
    "organization": {"id": "o1", "name": "Lambeth College"},
    "service_at_locations": [{"location": {"latitude": 51.46, "longitude": -0.11}}]}]})";

class OverTlsTest : public ::testing::Test {
 protected:
  OverTlsTest() : certificates_({"north", "south", "lambeth"}, {"directory", "referral"}) {
    lambeth_ = hub_.AddAgency("lambeth");
    hub_.app.Register(router_);
    EXPECT_TRUE(router_.Check().ok()) << router_.Check();
    service_ = certificates_.Serve("directory", router_, hub_.registry);
    hub_.app.StartBackground(service_->server());
  }
  template <class Response, class Request>
  absl::StatusOr<Response> As(const std::string& who, const Request& request) {
    return service_->As(who).Call<Response>(request);
  }
  absl::Status SetState(OrganisationState state) {
    v1::SetOrganisationStateRequest request;
    request.set_organisation_id(lambeth_);
    request.set_etag(hub_.Get("lambeth").etag());
    request.set_state(state);
    return As<v1::SetOrganisationStateResponse>("north", request).status();
  }

  testing::TestHub certificates_;
  Hub hub_;
  std::string lambeth_;
  rpc::Router router_;
  std::unique_ptr<testing::TestService> service_;
};

TEST_F(OverTlsTest, TheMainJobOfThisService) {
  v1::BeginImportRequest begin;
  begin.set_feed_slug("college");
  const auto import = As<v1::BeginImportResponse>("north", begin);
  ASSERT_TRUE(import.ok()) << import.status();
  v1::PutImportPageRequest put;
  put.set_import_id(import->import_id());
  put.set_page_name("page");
  put.set_content(kPage);
  ASSERT_TRUE(As<v1::PutImportPageResponse>("north", put).ok());
  v1::CommitImportRequest commit;
  commit.set_import_id(import->import_id());
  EXPECT_EQ(As<v1::CommitImportResponse>("south", commit).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(As<v1::CommitImportResponse>("lambeth", commit).status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(As<v1::CommitImportResponse>("north", commit).ok());
  v1::LinkProviderRequest link;
  link.set_feed_id(import->feed_id());
  link.set_external_id("o1");
  link.set_organisation_id(lambeth_);
  ASSERT_TRUE(As<v1::LinkProviderResponse>("north", link).ok());

  v1::SearchServicesRequest search;
  search.set_text("english class");
  search.set_near_postcode("SW2 1AA");
  search.set_open_places(true);
  const auto found = As<v1::SearchServicesResponse>("lambeth", search);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->results_size(), 1);
  v1::SetCapacityRequest capacity;
  capacity.set_service_id(found->results(0).service().service_id());
  capacity.set_capacity(0);
  capacity.set_accepts_referrals(true);
  ASSERT_TRUE(As<v1::SetCapacityResponse>("lambeth", capacity).ok());
  EXPECT_EQ(As<v1::SearchServicesResponse>("lambeth", search)->total_size(), 0) << "no place is open now";
}

TEST_F(OverTlsTest, OurServicesFollowEveryChange) {
  const auto changes = As<ReadChangesResponse>("service/referral", ReadChangesRequest());
  ASSERT_TRUE(changes.ok()) << changes.status();
  EXPECT_EQ(changes->changes_size(), 3) << "two admins and an agency";
  EXPECT_FALSE(As<ReadChangesResponse>("lambeth", ReadChangesRequest()).ok()) << "not for organisations";
}

TEST_F(OverTlsTest, AWatchTellsOfEachChangeAndEndsWithTheWatchersTrust) {
  auto watch = service_->As("lambeth").Watch<v1::WatchOrganisationsResponse>(v1::WatchOrganisationsRequest());
  v1::WatchOrganisationsResponse change;
  for (const char* slug : {"north", "south", "lambeth"}) {
    ASSERT_TRUE(watch.Read(change)) << watch.Finish();
    EXPECT_EQ(change.organisation().slug(), slug);
  }
  const std::string cursor = change.cursor();
  hub_.AddAgency("camden");
  ASSERT_TRUE(watch.Read(change)) << watch.Finish();
  EXPECT_EQ(change.organisation().slug(), "camden");

  ASSERT_TRUE(SetState(ORGANISATION_STATE_SUSPENDED).ok());
  while (watch.Read(change)) EXPECT_EQ(change.organisation().slug(), "lambeth");
  EXPECT_EQ(watch.Finish().code(), absl::StatusCode::kPermissionDenied);

  ASSERT_TRUE(SetState(ORGANISATION_STATE_ACTIVE).ok());
  v1::WatchOrganisationsRequest resumed;
  resumed.set_cursor(cursor);
  auto again = service_->As("lambeth").Watch<v1::WatchOrganisationsResponse>(resumed);
  ASSERT_TRUE(again.Read(change)) << again.Finish();
  EXPECT_EQ(change.organisation().slug(), "camden") << "it goes on after the cursor";
  again.Cancel();
}

TEST_F(OverTlsTest, WhoWasAwayForLongerThanAFeedKeepsReadsTheListAndStartsAgain) {
  auto watch = service_->As("lambeth").Watch<v1::WatchOrganisationsResponse>(v1::WatchOrganisationsRequest());
  v1::WatchOrganisationsResponse change;
  ASSERT_TRUE(watch.Read(change)) << watch.Finish();
  watch.Cancel();
  v1::WatchOrganisationsRequest late;
  late.set_cursor(change.cursor());
  const store::Position told = hub_.store->LastPosition(store::Feed::kChanges);
  ASSERT_EQ(replica::Restate(*hub_.store, hub_.clock, RestatedTables()).size(), 3u);
  ASSERT_TRUE(async::BlockOn(hub_.store->TrimFeed(store::Feed::kChanges, told)).ok());
  hub_.AddAgency("camden");

  auto refused = service_->As("lambeth").Watch<v1::WatchOrganisationsResponse>(late);
  EXPECT_FALSE(refused.Read(change));
  EXPECT_EQ(CodeAndReason(refused.Finish()), "OUT_OF_RANGE CURSOR_OUT_OF_RANGE");
  const auto listed = As<v1::ListOrganisationsResponse>("lambeth", v1::ListOrganisationsRequest());
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->organisations_size(), 4);
  auto anew = service_->As("lambeth").Watch<v1::WatchOrganisationsResponse>(v1::WatchOrganisationsRequest());
  ASSERT_TRUE(anew.Read(change)) << anew.Finish();
  EXPECT_EQ(change.organisation().slug(), "camden") << "what is only restated is no change";
  anew.Cancel();

  const auto changes = As<ReadChangesResponse>("service/referral", ReadChangesRequest());
  ASSERT_TRUE(changes.ok()) << changes.status();
  EXPECT_EQ(changes->changes_size(), 4) << "our services hear of all, from the oldest change kept";
}

TEST_F(OverTlsTest, AForgedCursorOrAnothersIsRefused) {
  auto watch = service_->As("lambeth").Watch<v1::WatchOrganisationsResponse>(v1::WatchOrganisationsRequest());
  v1::WatchOrganisationsResponse change;
  ASSERT_TRUE(watch.Read(change)) << watch.Finish();
  watch.Cancel();
  for (const std::string& cursor : {change.cursor(), std::string(change.cursor().size(), 'A')}) {
    v1::WatchOrganisationsRequest forged;
    forged.set_cursor(cursor);
    auto refused = service_->As("north").Watch<v1::WatchOrganisationsResponse>(forged);
    EXPECT_FALSE(refused.Read(change));
    EXPECT_EQ(CodeAndReason(refused.Finish()), "INVALID_ARGUMENT INVALID_TOKEN");
  }
}

}  // namespace
}  // namespace nwd::directory
