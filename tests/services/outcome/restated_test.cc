// What the feed restates of outcomes, and what this service makes of what others restate: nothing counts twice.
#include "services/outcome/restated.h"

#include <gmock/gmock.h>

#include "tests/common/replica/restating.h"
#include "tests/services/outcome/fixture.h"
#include "tests/testing/store_words.h"

namespace nwd::outcome {
namespace {

using common::v1::Change;

class Restated : public OutcomeFixture {
 protected:
  Restated() { peers_.refs[{Id("jobcentre"), "p1_ada"}] = Id("ada"); }

  void Restate(Change change) {
    change.set_restated(true);
    Apply(change);
  }
  std::vector<std::string> Steps() {
    v1::GetJourneyRequest request;
    request.set_person_ref("p1_ada");
    const auto journey = Outcome("jobcentre", request);
    EXPECT_TRUE(journey.ok()) << journey.status();
    std::vector<std::string> steps;
    for (const v1::JourneyStep& step : journey->steps()) steps.push_back(step.type());
    return steps;
  }
  // Everything kept but the keys of people.
  testing::Entries Rows() { return testing::Scan(store_, {}); }
};

TEST_F(Restated, ToOneWhoFollowedAllAlongChangesNothing) {
  AcceptReferral("r1");
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  CatchUp();
  Change consent;
  *consent.mutable_change_time() = ToTimestamp(clock_.Now());
  consent.mutable_consent()->set_person_id(Id("ada"));
  consent.mutable_consent()->set_consent_id(Id("consent"));
  consent.mutable_consent()->set_state("GIVEN");
  Apply(consent);
  const testing::Entries before = Rows();
  Restate(ReferralEvent("r1", 3, "ACCEPT", "SENT", "ACCEPTED"));
  consent.mutable_consent()->set_state("EXPIRED");  // told when it was noticed, restated as of when it was so
  Restate(consent);
  EXPECT_EQ(Rows(), before);
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_HUB, "all"), 1);
}

TEST_F(Restated, AReferralHeardOfForTheFirstTimeIsKnownAsFarAsItCame) {
  Change closed = ReferralEvent("r1", 9, "CLOSE", "NOT_STARTED", "CLOSED");
  *closed.mutable_referral()->mutable_send_time() = ToTimestamp(clock_.Now() - absl::Hours(24 * 20));
  closed.mutable_referral()->set_accepted(true);
  Restate(closed);
  EXPECT_EQ(Figure(Counter::kReferralsSent, v1::CUT_HUB, "all", "2026-02"), 1) << "in the month it was sent";
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_HUB, "all", "2026-02"), 1);
  EXPECT_EQ(Figure(Counter::kReferralsClosed, v1::CUT_HUB, "all", "2026-02"), 1);
  peers_.down = true;
  EXPECT_TRUE(Outcome("college", JobStart("r1")).ok()) << "it was accepted once, so outcomes can come of it";

  Change withdrawn = ReferralEvent("r2", 3, "WITHDRAW", "SENT", "WITHDRAWN");
  *withdrawn.mutable_referral()->mutable_send_time() = ToTimestamp(clock_.Now());
  Restate(withdrawn);
  EXPECT_EQ(Figure(Counter::kReferralsSent, v1::CUT_HUB, "all", "2026-03"), 1);
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_HUB, "all", "2026-03"), 0);
}

TEST_F(Restated, EveryOutcomeStandsAsItWasTold) {
  AcceptReferral("r1");
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  std::map<std::string, std::string> told, restated;
  for (const Change& change : replica::ChangesAfter(store_, 0)) {
    told[change.outcome().outcome_id()] = change.ShortDebugString();
  }
  for (const Change& change : replica::Restate(store_, clock_, RestatedTables())) {
    restated[change.outcome().outcome_id()] = replica::Unmarked(change).ShortDebugString();
  }
  EXPECT_EQ(restated.size(), 2u);
  EXPECT_EQ(restated, told);
}

TEST_F(Restated, AnOutcomeCountsOnce) {
  AcceptReferral("r1");
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  CatchUp();
  const std::vector<std::string> steps = Steps();
  ASSERT_EQ(replica::Restate(store_, clock_, RestatedTables()).size(), 1u);
  CatchUp();
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_HUB, "all"), 1);
  EXPECT_EQ(Steps(), steps);
}

TEST_F(Restated, OutcomesThatWereForgottenUncountedAreCountedAllTheSame) {
  AcceptReferral("r1");
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  const store::Position told = store_.LastPosition(store::Feed::kChanges);
  ASSERT_EQ(replica::Restate(store_, clock_, RestatedTables()).size(), 1u);
  ASSERT_TRUE(async::BlockOn(store_.TrimFeed(store::Feed::kChanges, told)).ok());
  CatchUp();
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_HUB, "all"), 1);
}

}  // namespace
}  // namespace nwd::outcome
