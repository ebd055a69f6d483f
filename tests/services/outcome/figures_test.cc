#include "services/outcome/counts.h"

#include <gtest/gtest.h>

#include "tests/services/outcome/fixture.h"

namespace nwd::outcome {
namespace {

class FiguresTest : public OutcomeFixture {};

TEST_F(FiguresTest, AReferralCountsOnceInEveryCutHoweverOftenItsEventsCome) {
  for (int times = 0; times < 2; ++times) AcceptReferral("r1");
  EXPECT_EQ(Figure(Counter::kReferralsSent, v1::CUT_HUB, "all"), 1);
  EXPECT_EQ(Figure(Counter::kReferralsAcknowledged, v1::CUT_HUB, "all"), 1);
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_BOROUGH, "E09000022"), 1);
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_ENTRY_CHANNEL, "jobcentre"), 1);
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_PRIORITY_GROUP, "bangladeshi"), 1);
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_PRIORITY_GROUP, "ethnic-minority"), 1)
      << "the wider group holds it";
  EXPECT_EQ(Figure(Counter::kReferralsDeclined, v1::CUT_HUB, "all"), 0);
}

TEST_F(FiguresTest, ADraftCountsNowhere) {
  Apply(ReferralEvent("r1", 1, "CREATE", "", "DRAFT"));
  Apply(ReferralEvent("r1", 2, "CANCEL", "DRAFT", "CANCELLED_BY_PERSON"));
  EXPECT_EQ(Figure(Counter::kReferralsSent, v1::CUT_HUB, "all"), 0);
}

TEST_F(FiguresTest, WhatHappensLaterCountsInTheMonthOfSending) {
  SendReferral("r1");
  clock_.Advance(absl::Hours(24 * 40));
  Apply(ReferralEvent("r1", 3, "ACCEPT", "SENT", "ACCEPTED"));
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_HUB, "all", "2026-03"), 1);
  EXPECT_EQ(Figure(Counter::kReferralsAccepted, v1::CUT_HUB, "all", "2026-04"), 0);
}

TEST_F(FiguresTest, AReferralEnteredInErrorIsTakenBackWithItsOutcomes) {
  AcceptReferral("r1");
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  CatchUp();
  EXPECT_EQ(Figure(Counter::kOutcomes, v1::CUT_HUB, "all"), 1);
  Apply(ReferralEvent("r1", 4, "VOID", "ACCEPTED", "ENTERED_IN_ERROR"));
  for (const Counter counter :
       {Counter::kReferralsSent, Counter::kReferralsAccepted, Counter::kOutcomes, Counter::kJobStarts}) {
    EXPECT_EQ(Figure(counter, v1::CUT_HUB, "all"), 0) << static_cast<int>(counter);
    EXPECT_EQ(Figure(counter, v1::CUT_BOROUGH, "E09000022"), 0) << static_cast<int>(counter);
  }
}

TEST_F(FiguresTest, AnOutcomeCountsOnceInTheMonthItHappened) {
  const absl::Time today = clock_.Now();
  clock_.Set(today - absl::Hours(24 * 14));
  AcceptReferral("r1");
  clock_.Set(today);
  v1::RecordOutcomeRequest request = JobStart("r1");
  request.set_occurred_on("2026-02-27");
  ASSERT_TRUE(Outcome("college", request).ok());
  CatchUp();
  CatchUp();
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_HUB, "all", "2026-02"), 1);
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_HUB, "all", "2026-03"), 0);
}

TEST_F(FiguresTest, AStoryNotToldAgainCountsOnce) {
  common::v1::Change change;
  *change.mutable_change_time() = ToTimestamp(clock_.Now());
  change.mutable_person()->set_person_id(Id("ada"));
  change.mutable_person()->set_organisation_id(Id("charity"));
  change.mutable_person()->set_type(common::v1::PersonChange::TYPE_JOINED);
  Apply(change);
  Apply(change);
  EXPECT_EQ(Figure(Counter::kRepeatRegistrationsAvoided, v1::CUT_HUB, "all"), 1);
}

}  // namespace
}  // namespace nwd::outcome
