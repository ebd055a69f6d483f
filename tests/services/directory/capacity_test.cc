// Capacity and places taken.
#include <gtest/gtest.h>

#include "common/async/block_on.h"
#include "services/directory/places_taken.h"
#include "tests/services/directory/hub.h"

namespace nwd::directory {
namespace {

constexpr char kA[] = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr char kPage[] = R"({"contents": [{"id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "A",
                             "organization": {"id": "o1", "name": "Provider"}}]})";

class CapacityTest : public ::testing::Test {
 protected:
  CapacityTest() : lambeth_(hub_.AddAgency("lambeth")) {
    hub_.AddAgency("camden");
    hub_.Import("feed", kPage);
    EXPECT_TRUE(hub_.Link("o1", lambeth_).ok());
  }
  absl::StatusOr<v1::SetCapacityResponse> Set(std::string_view by, std::optional<int> capacity,
                                              const std::string& etag = "", bool accepts = true) {
    v1::SetCapacityRequest request;
    request.set_service_id(kA);
    request.set_etag(etag);
    if (capacity) request.set_capacity(*capacity);
    request.set_accepts_referrals(accepts);
    return hub_.As<v1::SetCapacityResponse>(by, request);
  }
  // The referral service tells of a referral's step, and whether it holds a place since.
  void Tell(int referral, int sequence, bool holds) {
    common::v1::Change change;
    change.mutable_referral()->set_referral_id(absl::StrFormat("00000000-0000-4000-8000-%012d", referral));
    change.mutable_referral()->set_service_id(kA);
    change.mutable_referral()->set_sequence(sequence);
    change.mutable_referral()->set_holds_place(holds);
    auto apply = [&](store::Txn& txn) { return ApplyReferralChange(txn, change); };
    ASSERT_TRUE(async::BlockOn(hub_.store->Update(apply)).ok());
    const std::vector<common::v1::Change> told = {change};
    ASSERT_TRUE(async::BlockOn(ShowPlacesTaken(*hub_.store, told, hub_.app.catalogue())).ok());
  }
  int Open() {
    v1::SearchServicesRequest request;
    request.set_open_places(true);
    const auto found = hub_.As<v1::SearchServicesResponse>("camden", request);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->total_size() : -1;
  }

  Hub hub_;
  std::string lambeth_;
};

TEST_F(CapacityTest, IsSetByTheProviderAlone) {
  EXPECT_EQ(Set("camden", 3).status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE(Set("lambeth", 3).ok());
  EXPECT_EQ(hub_.GetService(kA)->capacity(), 3);
  EXPECT_EQ(hub_.Changes().back().service().capacity(), 3);
  ASSERT_TRUE(Set("lambeth", std::nullopt).ok());
  EXPECT_FALSE(hub_.GetService(kA)->has_capacity());
}

TEST_F(CapacityTest, AStaleEtagChangesNothing) {
  const std::string etag = hub_.GetService(kA)->etag();
  const auto first = Set("lambeth", 3, etag);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(hub_.GetService(kA)->etag(), first->etag());
  EXPECT_EQ(Set("lambeth", 4, etag).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(hub_.GetService(kA)->capacity(), 3);
}

TEST_F(CapacityTest, WhatAProviderSetsIsNotRefusedBecauseAPlaceWasTaken) {
  const std::string etag = hub_.GetService(kA)->etag();
  Tell(1, 1, true);
  EXPECT_EQ(hub_.GetService(kA)->etag(), etag);
  EXPECT_TRUE(Set("lambeth", 3, etag).ok());
}

TEST_F(CapacityTest, AnImportDoesNotOverwriteIt) {
  ASSERT_TRUE(Set("lambeth", 3).ok());
  hub_.Import("feed", R"({"contents": [{"id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "A new name",
                          "organization": {"id": "o1", "name": "Provider"}}]})");
  EXPECT_EQ(hub_.GetService(kA)->name(), "A new name");
  EXPECT_EQ(hub_.GetService(kA)->capacity(), 3);
}

TEST_F(CapacityTest, OpenPlacesNeedAProviderThatAcceptsAndRoom) {
  EXPECT_EQ(Open(), 1) << "no limit";
  ASSERT_TRUE(Set("lambeth", 1).ok());
  EXPECT_EQ(Open(), 1);
  Tell(1, 1, true);
  EXPECT_EQ(Open(), 0);
  EXPECT_EQ(hub_.GetService(kA)->taken(), 1);
  Tell(1, 2, false);
  EXPECT_EQ(Open(), 1);
  ASSERT_TRUE(Set("lambeth", 1, "", /*accepts=*/false).ok());
  EXPECT_EQ(Open(), 0);
}

TEST_F(CapacityTest, PlacesAreCountedOnceHoweverOftenTold) {
  Tell(1, 1, true);
  Tell(1, 1, true);
  Tell(1, 2, true);
  Tell(2, 1, true);
  EXPECT_EQ(hub_.GetService(kA)->taken(), 2);
  Tell(1, 3, false);
  EXPECT_EQ(hub_.GetService(kA)->taken(), 1) << "who waits holds no place";
  Tell(1, 2, true);
  EXPECT_EQ(hub_.GetService(kA)->taken(), 1) << "what is older than the last event is nothing new";
  Tell(1, 4, true);
  Tell(1, 5, false);
  Tell(2, 2, false);
  EXPECT_EQ(hub_.GetService(kA)->taken(), 0);
}

TEST_F(CapacityTest, SurvivesARestart) {
  ASSERT_TRUE(Set("lambeth", 2).ok());
  Tell(1, 1, true);
  Hub again(hub_.store);
  EXPECT_EQ(again.GetService(kA)->SerializeAsString(), hub_.GetService(kA)->SerializeAsString());
  EXPECT_EQ(again.GetService(kA)->taken(), 1);
}

}  // namespace
}  // namespace nwd::directory
