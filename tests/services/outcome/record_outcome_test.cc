#include "services/outcome/outcome_service.h"

#include <gmock/gmock.h>

#include "common/store/proto_value.h"
#include "google/rpc/status.pb.h"
#include "services/outcome/keys.h"
#include "tests/services/outcome/fixture.h"

namespace nwd::outcome {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class RecordOutcomeTest : public OutcomeFixture {
 protected:
  absl::StatusCode CodeOf(const std::string& organisation, const v1::RecordOutcomeRequest& request) {
    return Outcome(organisation, request).status().code();
  }
  v1::ListOutcomesResponse List(const std::string& organisation, const std::string& referral) {
    v1::ListOutcomesRequest request;
    request.set_referral_id(Id(referral));
    auto answer = Outcome(organisation, request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : v1::ListOutcomesResponse();
  }
  // Makes the replica's row one of before the day a referral was made was kept.
  void ForgetMadeOn(const std::string& referral) {
    const auto body = [&](store::Txn& txn) -> absl::Status {
      const ids::Uuid id = *ids::Uuid::Parse(Id(referral));
      std::optional<storage::ReferralRow> row = Referrals::Find(txn, id).value();
      if (!row) return absl::DataLossError("no referral");
      row->clear_made_on();
      store::PutMessage(txn, keys::Referral(id), *row);
      return absl::OkStatus();
    };
    const absl::Status forgotten = async::BlockOn(store_.Update(body));
    ASSERT_TRUE(forgotten.ok()) << forgotten;
  }
  // What the owner says of it from now on: it was made now.
  void TellParties(const std::string& referral, referral::v1::ReferralState state) {
    referral::v1::GetReferralPartiesResponse& parties = peers_.parties[Id(referral)];
    parties.set_correlation_id(Id("chain"));
    parties.set_person_id(Id("ada"));
    parties.set_referrer_organisation_id(Id("jobcentre"));
    parties.set_receiver_organisation_id(Id("college"));
    parties.set_state(state);
    *parties.mutable_create_time() = ToTimestamp(clock_.Now());
  }
};

TEST_F(RecordOutcomeTest, TheReceiverRecordsAndBothPartiesSeeIt) {
  AcceptReferral("r1");
  const auto recorded = Outcome("college", JobStart("r1"));
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  for (const char* party : {"college", "jobcentre"}) {
    const v1::ListOutcomesResponse listed = List(party, "r1");
    ASSERT_EQ(listed.outcomes_size(), 1) << party;
    EXPECT_EQ(listed.outcomes(0).outcome_id(), recorded->outcome_id());
    EXPECT_EQ(listed.outcomes(0).kind(), v1::OUTCOME_KIND_JOB_START);
    EXPECT_EQ(listed.outcomes(0).recorder_organisation_id(), Id("college"));
    EXPECT_EQ(listed.outcomes(0).etag(), recorded->etag());
  }
}

TEST_F(RecordOutcomeTest, NobodyElseDoesNorLearnsWhetherTheReferralExists) {
  AcceptReferral("r1");
  const absl::Status absent = Outcome("college", JobStart("nothing")).status();
  for (const char* other : {"jobcentre", "stranger"})
    EXPECT_EQ(Outcome(other, JobStart("r1")).status(), absent) << other;
  v1::ListOutcomesRequest request;
  request.set_referral_id(Id("r1"));
  EXPECT_EQ(Outcome("stranger", request).status(), absent);
}

TEST_F(RecordOutcomeTest, ADraftIsNotTheReceiversYet) {
  Apply(ReferralEvent("r1", 1, "CREATE", "", "DRAFT"));
  EXPECT_EQ(CodeOf("college", JobStart("r1")), absl::StatusCode::kPermissionDenied);
}

TEST_F(RecordOutcomeTest, AReferralNotYetAcceptedTakesNone) {
  SendReferral("r1");
  peers_.parties[Id("r1")].set_receiver_organisation_id(Id("college"));
  peers_.parties[Id("r1")].set_state(referral::v1::REFERRAL_STATE_SENT);
  EXPECT_EQ(status::ReasonOf(Outcome("college", JobStart("r1")).status()), "REFERRAL_NOT_ACCEPTED");
}

TEST_F(RecordOutcomeTest, WhatTheReplicaLacksIsAskedOfTheOwnerAndCountedOnceTheFeedTells) {
  referral::v1::GetReferralPartiesResponse& parties = peers_.parties[Id("r1")];
  parties.set_person_id(Id("ada"));
  parties.set_referrer_organisation_id(Id("jobcentre"));
  parties.set_receiver_organisation_id(Id("college"));
  parties.set_state(referral::v1::REFERRAL_STATE_IN_PROGRESS);
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  EXPECT_EQ(peers_.parties_asked, 1);
  CatchUp();
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_HUB, "all"), 0);
  AcceptReferral("r1");
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_HUB, "all"), 1);
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_BOROUGH, "E09000022"), 1);
}

TEST_F(RecordOutcomeTest, TheOwnerBeingDownIsSaidSoNotDenied) {
  peers_.down = true;
  EXPECT_EQ(CodeOf("college", JobStart("r1")), absl::StatusCode::kUnavailable);
}

TEST_F(RecordOutcomeTest, AKnownReferralNeedsNoOwner) {
  AcceptReferral("r1");
  peers_.down = true;
  EXPECT_TRUE(Outcome("college", JobStart("r1")).ok());
}

TEST_F(RecordOutcomeTest, PayAndHoursAreForWorkAndEveryViolationIsNamed) {
  AcceptReferral("r1");
  v1::RecordOutcomeRequest request = JobStart("r1");
  request.set_kind(v1::OUTCOME_KIND_CONFIDENCE);
  const absl::Status refused = Outcome("college", request).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  const std::string wire = status::ToWire(refused).SerializeAsString();
  for (const char* field : {"hourly_pay_pence", "weekly_hours", "evidence"})
    EXPECT_THAT(wire, ::testing::HasSubstr(field));
}

TEST_F(RecordOutcomeTest, NoneLiesLongBeforeTheReferralThatLedToIt) {
  AcceptReferral("r1");  // on 2026-03-10
  v1::RecordOutcomeRequest request = JobStart("r1");
  for (const char* day : {"1950-01-01", "2025-03-10", "2026-03-02"}) {
    request.set_occurred_on(day);
    const absl::Status refused = Outcome("college", request).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << day;
    EXPECT_THAT(status::ToWire(refused).SerializeAsString(), ::testing::HasSubstr("occurred_on")) << day;
  }
  request.set_occurred_on("2026-03-03");  // written up a week later
  EXPECT_TRUE(Outcome("college", request).ok());
}

TEST_F(RecordOutcomeTest, OneThatCameOfTheFirstReferralOfAChainMayBeRecordedForTheLast) {
  const absl::Time today = clock_.Now();
  clock_.Set(today - absl::Hours(24 * 60));
  SendReferral("r0");  // redirected to r1 two months later
  clock_.Set(today);
  AcceptReferral("r1");
  v1::RecordOutcomeRequest request = JobStart("r1");
  request.set_occurred_on("2026-01-12");
  EXPECT_TRUE(Outcome("college", request).ok());
  request.set_occurred_on("2025-12-31");
  EXPECT_EQ(CodeOf("college", request), absl::StatusCode::kInvalidArgument);
}

TEST_F(RecordOutcomeTest, WhatTheOwnerSaysOfAReferralsBeginningCountsToo) {
  TellParties("r1", referral::v1::REFERRAL_STATE_IN_PROGRESS);
  v1::RecordOutcomeRequest request = JobStart("r1");
  request.set_occurred_on("2026-03-02");
  EXPECT_EQ(CodeOf("college", request), absl::StatusCode::kInvalidArgument);
  request.set_occurred_on("2026-03-03");
  EXPECT_TRUE(Outcome("college", request).ok());
}

TEST_F(RecordOutcomeTest, AnOldRowIsToldOnceWhenItsReferralWasMade) {
  AcceptReferral("r1");
  ForgetMadeOn("r1");
  TellParties("r1", referral::v1::REFERRAL_STATE_ACCEPTED);
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  EXPECT_EQ(peers_.parties_asked, 1);
  peers_.down = true;
  EXPECT_TRUE(Outcome("college", JobStart("r1")).ok());
  v1::RecordOutcomeRequest request = JobStart("r1");
  request.set_occurred_on("2026-03-02");
  EXPECT_EQ(CodeOf("college", request), absl::StatusCode::kInvalidArgument) << "more than a week before";
  EXPECT_EQ(peers_.parties_asked, 1) << "the row says it now";
  CatchUp();
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_BOROUGH, "E09000022"), 2) << "what the row knew it still knows";
}

TEST_F(RecordOutcomeTest, AnOldRowWillDoWhileTheOwnerIsDown) {
  AcceptReferral("r1");
  ForgetMadeOn("r1");
  peers_.down = true;
  EXPECT_TRUE(Outcome("college", JobStart("r1")).ok());
  SendReferral("r2");
  ForgetMadeOn("r2");
  EXPECT_EQ(CodeOf("college", JobStart("r2")), absl::StatusCode::kUnavailable) << "it may have been accepted since";
  EXPECT_EQ(CodeOf("stranger", JobStart("r1")), absl::StatusCode::kUnavailable) << "as of a referral that is not there";
}

TEST_F(RecordOutcomeTest, AnOldRowsReferralThatHasBeenClosedStillTakesOutcomes) {
  AcceptReferral("r1");
  ForgetMadeOn("r1");
  TellParties("r1", referral::v1::REFERRAL_STATE_CLOSED);
  EXPECT_TRUE(Outcome("college", JobStart("r1")).ok());
  EXPECT_EQ(peers_.parties_asked, 1);
}

TEST_F(RecordOutcomeTest, ARetryRecordsOnce) {
  AcceptReferral("r1");
  v1::RecordOutcomeRequest request = JobStart("r1");
  request.set_request_id(Id("request"));
  const auto first = Outcome("college", request);
  const auto again = Outcome("college", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->outcome_id(), again->outcome_id());
  EXPECT_EQ(List("college", "r1").outcomes_size(), 1);
  request.set_weekly_hours(20);
  EXPECT_EQ(CodeOf("college", request), absl::StatusCode::kAlreadyExists);
}

TEST_F(RecordOutcomeTest, EveryOrganisationInTheChainIsCredited) {
  common::v1::Change first = ReferralEvent("r0", 1, "SEND", "DRAFT", "SENT");
  first.mutable_referral()->set_referrer_organisation_id(Id("borough"));
  first.mutable_referral()->set_receiver_organisation_id(Id("jobcentre"));
  Apply(first);
  AcceptReferral("r1");
  common::v1::Change draft = ReferralEvent("r2", 1, "CREATE", "", "DRAFT");
  draft.mutable_referral()->set_receiver_organisation_id(Id("charity"));
  Apply(draft);
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  const v1::ListOutcomesResponse listed = List("college", "r1");
  EXPECT_THAT(listed.outcomes(0).credited_organisation_ids(),
              UnorderedElementsAre(Id("borough"), Id("jobcentre"), Id("college")));
}

TEST_F(RecordOutcomeTest, OutcomesAreListedByDayInPages) {
  AcceptReferral("r1");
  for (const char* day : {"2026-03-05", "2026-03-03", "2026-03-09"}) {
    v1::RecordOutcomeRequest request = JobStart("r1");
    request.set_occurred_on(day);
    ASSERT_TRUE(Outcome("college", request).ok());
  }
  v1::ListOutcomesRequest request;
  request.set_referral_id(Id("r1"));
  request.set_page_size(2);
  std::vector<std::string> days;
  do {
    const auto page = Outcome("jobcentre", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Outcome& outcome : page->outcomes()) days.push_back(outcome.occurred_on());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(days, ElementsAre("2026-03-03", "2026-03-05", "2026-03-09"));
}

TEST_F(RecordOutcomeTest, APageTokenServesOnlyWhoGotIt) {
  AcceptReferral("r1");
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  v1::ListOutcomesRequest request;
  request.set_referral_id(Id("r1"));
  request.set_page_size(1);
  const auto page = Outcome("college", request);
  ASSERT_TRUE(page.ok());
  request.set_page_token(page->next_page_token());
  EXPECT_EQ(Outcome("jobcentre", request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RecordOutcomeTest, TheReferralServiceCountsThem) {
  AcceptReferral("r1");
  v1::CountOutcomesRequest request;
  request.set_referral_id(Id("r1"));
  EXPECT_EQ(Call("college", outcome_service_, &OutcomeService::CountOutcomes, request)->outcomes(), 0);
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  EXPECT_EQ(Call("college", outcome_service_, &OutcomeService::CountOutcomes, request)->outcomes(), 1);
}

TEST_F(RecordOutcomeTest, TheFeedAndTheAuditLogAreTold) {
  AcceptReferral("r1");
  const auto recorded = Outcome("college", JobStart("r1"));
  ASSERT_TRUE(recorded.ok());
  const auto entries = store_.ReadFeed(store::Feed::kChanges, 0, 10);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  common::v1::Change change;
  ASSERT_TRUE(change.ParseFromString(entries->front().bytes));
  EXPECT_EQ(change.outcome().outcome_id(), recorded->outcome_id());
  EXPECT_EQ(change.outcome().kind(), "JOB_START");
  EXPECT_EQ(store_.LastPosition(store::Feed::kAudit), 1u);
}

}  // namespace
}  // namespace nwd::outcome
