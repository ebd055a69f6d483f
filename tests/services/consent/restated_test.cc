// What the feed restates: how each consent stands.
#include "services/consent/restated.h"

#include "tests/common/replica/restating.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using common::v1::Change;

class RestatedTest : public ::testing::Test {
 protected:
  RestatedTest() {
    for (const char* slug : {"lambeth", "college"}) desk_.Add(slug);
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
  }
  v1::ConsentTerms Terms(int days, const std::string& supersedes = "") {
    v1::ConsentTerms terms = desk_.Terms({"college"});
    *terms.mutable_valid_until() = ToTimestamp(desk_.clock().Now() + absl::Hours(24 * days));
    terms.set_supersedes_consent_id(supersedes);
    return terms;
  }
  std::string Give(int days = 300, const std::string& supersedes = "") {
    desk_.clock().Advance(absl::Seconds(1));
    return desk_.Give("lambeth", ref_, Terms(days, supersedes));
  }
  // By the consent's id.
  std::map<std::string, Change> Restated() {
    std::map<std::string, Change> restated;
    for (const Change& change : replica::Restate(desk_.store(), desk_.clock(), RestatedTables(desk_.clock()))) {
      EXPECT_TRUE(change.has_consent()) << "what people went through is told once";
      EXPECT_TRUE(restated.emplace(change.consent().consent_id(), change).second) << "told twice";
    }
    return restated;
  }

  Desk desk_;
  std::string ref_;
};

TEST_F(RestatedTest, EveryConsentStandsAsItWasToldLast) {
  Give();
  desk_.Draw("lambeth", ref_, Terms(300));
  desk_.Decide("lambeth", desk_.Draw("lambeth", ref_, Terms(300)), v1::CONSENT_STATE_DEFERRED);
  ASSERT_TRUE(desk_.Withdraw("lambeth", Give()).ok());
  const std::string renewed = Give();
  Give(300, renewed);
  std::map<std::string, Change> told;
  for (const Change& change : desk_.Changes()) {
    if (change.has_consent()) told[change.consent().consent_id()] = change;
  }
  const std::map<std::string, Change> restated = Restated();
  ASSERT_EQ(restated.size(), told.size());
  for (const auto& [id, change] : restated) {
    EXPECT_EQ(replica::Unmarked(change).ShortDebugString(), told[id].ShortDebugString());
  }
}

TEST_F(RestatedTest, WhatTookAnothersPlaceSaysSoWhateverBecameOfIt) {
  const std::string a = Give(), b = Give(300, a);
  const std::string c = Give(), d = Give(20, c);
  const std::string e = Give(), f = Give(300, e);
  ASSERT_TRUE(desk_.Withdraw("lambeth", b).ok());
  const std::map<std::string, Change> restated = Restated();
  EXPECT_EQ(restated.at(b).consent().state(), "WITHDRAWN");
  EXPECT_EQ(restated.at(b).consent().supersedes_consent_id(), a);
  EXPECT_EQ(restated.at(d).consent().state(), "EXPIRED");
  EXPECT_EQ(restated.at(d).consent().supersedes_consent_id(), c);
  EXPECT_EQ(restated.at(f).consent().state(), "GIVEN");
  EXPECT_EQ(restated.at(f).consent().supersedes_consent_id(), e);
  for (const std::string& old : {a, c, e}) {
    EXPECT_EQ(restated.at(old).consent().state(), "SUPERSEDED");
    EXPECT_EQ(restated.at(old).consent().supersedes_consent_id(), "");
  }
}

TEST_F(RestatedTest, WhatTookNoPlaceSaysNone) {
  const std::string old = Give();
  const std::string late = desk_.Draw("lambeth", ref_, Terms(300, old));
  ASSERT_TRUE(desk_.Withdraw("lambeth", old).ok());
  desk_.clock().Advance(absl::Seconds(1));
  desk_.Decide("lambeth", late, v1::CONSENT_STATE_GIVEN);
  EXPECT_EQ(Restated().at(late).consent().supersedes_consent_id(), "");
}

TEST_F(RestatedTest, OneWhoseTimeIsOverExpiredAtThatTime) {
  const std::string given = Give(20);
  const absl::Time end = desk_.clock().Now() + absl::Hours(24 * 20);
  const Change change = Restated().at(given);
  EXPECT_EQ(change.consent().state(), "EXPIRED");
  EXPECT_EQ(FromTimestamp(change.change_time()), end);
}

}  // namespace
}  // namespace nwd::consent
