// What the feed restates: the same that peers were told last of each thing.
#include "services/directory/restated.h"

#include <gtest/gtest.h>

#include <map>

#include "common/store/proto_value.h"
#include "services/directory/keys.h"
#include "services/directory/places_taken.h"
#include "tests/common/replica/restating.h"
#include "tests/services/directory/hub.h"

namespace nwd::directory {
namespace {

constexpr char kPage[] = R"({"contents": [
  {"id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "A", "minimum_age": 16,
   "organization": {"id": "o1", "name": "P"}},
  {"id": "aaaaaaaa-0000-4000-8000-000000000002", "name": "B", "organization": {"id": "o1", "name": "P"}},
  {"id": "aaaaaaaa-0000-4000-8000-000000000003", "name": "C", "status": "inactive",
   "organization": {"id": "o2", "name": "Q"}}]})";
constexpr char kA[] = "aaaaaaaa-0000-4000-8000-000000000001";

// What was told last of each organisation, service and agreement, by its id.
std::map<std::string, std::string> LastTold(const std::vector<common::v1::Change>& changes) {
  std::map<std::string, std::string> told;
  for (const common::v1::Change& change : changes) {
    if (change.has_organisation()) {
      told[change.organisation().organisation_id()] = change.organisation().ShortDebugString();
    } else if (change.has_agreement()) {
      told[change.agreement().agreement_id()] = change.agreement().ShortDebugString();
    } else {
      told[change.service().service_id()] = change.service().ShortDebugString();
    }
  }
  return told;
}

class RestatedTest : public ::testing::Test {
 protected:
  RestatedTest() : lambeth_(hub_.AddAgency("lambeth")) {
    const std::string camden = hub_.AddAgency("camden");
    hub_.Import("feed", kPage);
    EXPECT_TRUE(hub_.Link("o1", lambeth_).ok());
    v1::SetOrganisationStateRequest suspend;
    suspend.set_organisation_id(hub_.Get("camden").organisation_id());
    suspend.set_etag(hub_.Get("camden").etag());
    suspend.set_state(common::v1::ORGANISATION_STATE_SUSPENDED);
    EXPECT_TRUE(hub_.As<v1::SetOrganisationStateResponse>("north", suspend).ok());
    v1::SetCapacityRequest capacity;
    capacity.set_service_id(kA);
    capacity.set_capacity(7);
    capacity.set_accepts_referrals(true);
    EXPECT_TRUE(hub_.As<v1::SetCapacityResponse>("lambeth", capacity).ok());
    hub_.AddAgreement({lambeth_, camden});
    const std::string ended = hub_.AddAgreement({lambeth_, camden});
    v1::EndAgreementRequest end;
    end.set_agreement_id(ended);
    end.set_etag("r1");
    EXPECT_TRUE(hub_.As<v1::EndAgreementResponse>("lambeth", end).ok());
  }
  Hub hub_;
  std::string lambeth_;
};

TEST_F(RestatedTest, EverythingStandsAsItWasToldLast) {
  const std::vector<common::v1::Change> told = hub_.Changes();
  const auto restated = replica::Restate(*hub_.store, hub_.clock, RestatedTables());
  EXPECT_EQ(LastTold(restated), LastTold(told));
  EXPECT_EQ(restated.size(), LastTold(told).size()) << "each once";
  EXPECT_EQ(restated.size(), 4u + 3u + 2u)
      << "the suspended organisation, the inactive service, the agreement that ended";
}

TEST_F(RestatedTest, ARowThatAnImportReplacedDoesNotCount) {
  std::string page = kPage;
  page.replace(page.find("\"A\""), 3, "\"Z\"");
  page.replace(page.find("16"), 2, "18");
  hub_.Import("feed", page);
  const std::vector<common::v1::Change> told = hub_.Changes();
  EXPECT_EQ(LastTold(replica::Restate(*hub_.store, hub_.clock, RestatedTables())), LastTold(told));
}

TEST_F(RestatedTest, AReferralRestatedToThisServiceCountsOnce) {
  const auto taken = [&] {
    auto look = [](const store::Reader& reader) {
      return store::Find<storage::TakenRow>(reader, keys::Taken(*ids::Uuid::Parse(kA)));
    };
    return async::BlockOn(hub_.store->View(look)).value().value().taken();
  };
  const auto tell = [&](int sequence, bool holds, bool restated) {
    common::v1::Change change;
    change.mutable_referral()->set_referral_id("00000000-0000-4000-8000-000000000001");
    change.mutable_referral()->set_service_id(kA);
    change.mutable_referral()->set_sequence(sequence);
    change.mutable_referral()->set_holds_place(holds);
    change.set_restated(restated);
    auto apply = [&](store::Txn& txn) { return ApplyReferralChange(txn, change); };
    ASSERT_TRUE(async::BlockOn(hub_.store->Update(apply)).ok());
  };
  tell(3, true, false);
  tell(3, true, true);
  EXPECT_EQ(taken(), 1);
  tell(9, false, true);  // heard of again only after it was over
  EXPECT_EQ(taken(), 0);
}

}  // namespace
}  // namespace nwd::directory
