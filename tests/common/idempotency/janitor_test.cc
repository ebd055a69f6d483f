#include "common/idempotency/janitor.h"

#include <gtest/gtest.h>

#include "common/access/policy.h"
#include "common/ids/uuid.h"
#include "common/store_memory/memory_store.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "tests/testing/store_words.h"

namespace nwd::idempotency {
namespace {

using directory::v1::CreateOrganisationRequest;
using directory::v1::CreateOrganisationResponse;

class JanitorTest : public ::testing::Test {
 protected:
  void Keep(int count) {
    const auto& method = *CreateOrganisationRequest::descriptor()
                              ->file()
                              ->FindServiceByName("OrganisationService")
                              ->FindMethodByName("CreateOrganisation");
    const common::v1::AccessRule rule;
    rpc::Call call(method, rule, clock_);
    const auto kept = testing::Update(store_, [&](store::Txn& txn) -> absl::Status {
      for (int i = 0; i < count; ++i) {
        CreateOrganisationRequest request;
        request.set_request_id(ids::Uuid::Random().ToString());
        const auto once =
            requests_.Once<CreateOrganisationResponse>(txn, call, request, [] { return CreateOrganisationResponse(); });
        NWD_RETURN_IF_ERROR(once.status());
      }
      return absl::OkStatus();
    });
    ASSERT_TRUE(kept.ok()) << kept;
  }
  int Sweep() { return async::BlockOn(SweepAll(requests_, store_, clock_, stop_)).value(); }

  store::MemoryStore store_;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  Requests requests_{std::string(32, 'k')};
  rpc::Stop stop_;
};

TEST_F(JanitorTest, OneTurnForgetsAllThatIsOverHoweverMuchItIs) {
  const int count = 2 * kSweepRowsMax + 1;
  Keep(count);
  EXPECT_EQ(Sweep(), 0);
  clock_.Advance(kKept);
  EXPECT_EQ(Sweep(), count);
  EXPECT_TRUE(testing::Scan(store_, {"A", "Z"}).empty());
}

TEST_F(JanitorTest, AFullSweepIsFollowedByOneThatFindsTheRest) {
  Keep(kSweepRowsMax);
  clock_.Advance(kKept);
  EXPECT_EQ(Sweep(), kSweepRowsMax);
}

TEST_F(JanitorTest, AStopEndsItAfterTheSweepInHand) {
  Keep(kSweepRowsMax + 1);
  clock_.Advance(kKept);
  stop_.Request();
  EXPECT_EQ(Sweep(), kSweepRowsMax);
}

}  // namespace
}  // namespace nwd::idempotency
