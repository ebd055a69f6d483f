// A hub on free ports: each service follows those it should, so that a place taken is a place less to be found.
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/time/clock.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

using directory::v1::SearchServicesRequest;
using directory::v1::SearchServicesResponse;
using directory::v1::SetCapacityRequest;
using directory::v1::SetCapacityResponse;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kLookAgain = absl::Milliseconds(20);

// Of the world's service, among those with open places.
bool IsFound(World& world) {
  SearchServicesRequest request;
  request.set_organisation_id(world.IdOf(kReceiver));
  request.set_open_places(true);
  const auto found = world.Call<SearchServicesResponse>(kReferrer, request);
  EXPECT_TRUE(found.ok()) << found.status();
  if (!found.ok()) return false;
  return std::any_of(found->results().begin(), found->results().end(),
                     [&](const auto& result) { return result.service().service_id() == world.service_id(); });
}

TEST(PlacesTest, AReferralSentTakesAPlaceOfThoseASearchShows) {
  World& world = World::Get();
  SetCapacityRequest capacity;
  capacity.set_service_id(world.service_id());
  capacity.set_accepts_referrals(true);
  capacity.set_capacity(1);
  ASSERT_TRUE(world.Call<SetCapacityResponse>(kReceiver, capacity).ok());
  ASSERT_TRUE(IsFound(world));
  world.Refer(kReferrer, world.Consent(kReferrer, {kReceiver}));
  const absl::Time deadline = absl::Now() + kPatience;
  while (IsFound(world)) {
    ASSERT_LT(absl::Now(), deadline) << "the directory has not heard of the referral";
    absl::SleepFor(kLookAgain);
  }
}

}  // namespace
}  // namespace nwd::e2e
