#include "services/outcome/outcome_service.h"

#include <gmock/gmock.h>

#include "common/base/macros.h"
#include "google/rpc/status.pb.h"
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
  referral::v1::GetReferralPartiesResponse& parties = peers_.parties[Id("r1")];
  parties.set_person_id(Id("ada"));
  parties.set_referrer_organisation_id(Id("jobcentre"));
  parties.set_receiver_organisation_id(Id("college"));
  parties.set_state(referral::v1::REFERRAL_STATE_IN_PROGRESS);
  *parties.mutable_create_time() = ToTimestamp(clock_.Now());
  v1::RecordOutcomeRequest request = JobStart("r1");
  request.set_occurred_on("2026-03-02");
  EXPECT_EQ(CodeOf("college", request), absl::StatusCode::kInvalidArgument);
  request.set_occurred_on("2026-03-03");
  EXPECT_TRUE(Outcome("college", request).ok());
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

class JourneyTest : public OutcomeFixture {
 protected:
  JourneyTest() {
    for (const char* organisation : {"jobcentre", "college", "charity"})
      peers_.refs[{Id(organisation), "p1_ada"}] = Id("ada");
  }
  std::vector<std::string> Steps(const std::string& organisation, const std::string& consent = "", int page_size = 0) {
    v1::GetJourneyRequest request;
    request.set_person_ref("p1_ada");
    if (!consent.empty()) request.set_consent_id(Id(consent));
    request.set_page_size(page_size);
    std::vector<std::string> steps;
    do {
      const auto page = Outcome(organisation, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const v1::JourneyStep& step : page->steps()) steps.push_back(step.type());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return steps;
  }
  void Register(const std::string& organisation, common::v1::PersonChange::Type type) {
    common::v1::Change change;
    *change.mutable_change_time() = ToTimestamp(clock_.Now() - absl::Hours(1));
    change.mutable_person()->set_person_id(Id("ada"));
    change.mutable_person()->set_organisation_id(Id(organisation));
    change.mutable_person()->set_type(type);
    Apply(change);
  }
};

TEST_F(JourneyTest, StepsComeInOrderAcrossServicesAndPages) {
  Register("jobcentre", common::v1::PersonChange::TYPE_REGISTERED);
  common::v1::Change consent;
  *consent.mutable_change_time() = ToTimestamp(clock_.Now() - absl::Minutes(30));
  consent.mutable_consent()->set_person_id(Id("ada"));
  consent.mutable_consent()->set_consent_id(Id("consent"));
  consent.mutable_consent()->set_state("GIVEN");
  consent.mutable_consent()->set_captor_organisation_id(Id("jobcentre"));
  Apply(consent);
  AcceptReferral("r1");
  common::v1::Change appointment;
  *appointment.mutable_change_time() = ToTimestamp(clock_.Now() + absl::Minutes(5));
  appointment.mutable_appointment()->set_person_id(Id("ada"));
  appointment.mutable_appointment()->set_referral_id(Id("r1"));
  appointment.mutable_appointment()->set_appointment_id(Id("appointment"));
  appointment.mutable_appointment()->set_state("ATTENDED");
  Apply(appointment);
  clock_.Advance(absl::Hours(1));
  v1::RecordOutcomeRequest request = JobStart("r1");
  request.set_occurred_on("2026-03-10");
  ASSERT_TRUE(Outcome("college", request).ok());
  CatchUp();
  const std::vector<std::string> all{"person.registered", "consent.given",        "referral.create",  "referral.send",
                                     "referral.accept",   "appointment.attended", "outcome.job_start"};
  EXPECT_EQ(Steps("jobcentre"), all);
  EXPECT_EQ(Steps("jobcentre", "", 2), all);
}

TEST_F(JourneyTest, AReceiverSeesTheReferralOnlyOnceItHasAcceptedAndNeverTheDraft) {
  SendReferral("r1");
  EXPECT_THAT(Steps("college"), ElementsAre());
  Apply(ReferralEvent("r1", 3, "ACCEPT", "SENT", "ACCEPTED"));
  EXPECT_THAT(Steps("college"), ElementsAre("referral.send", "referral.accept"));
  EXPECT_THAT(Steps("jobcentre"), ElementsAre("referral.create", "referral.send", "referral.accept"));
  EXPECT_THAT(Steps("charity"), ElementsAre());
}

TEST_F(JourneyTest, AConsentShowsAllButDraftsAndReminders) {
  AcceptReferral("r1");
  Apply(ReferralEvent("r2", 1, "CREATE", "", "DRAFT"));
  Apply(ReferralEvent("r2", 2, "CANCEL", "DRAFT", "CANCELLED_BY_PERSON"));
  Apply(ReferralEvent("r1", 4, "NUDGE", "ACCEPTED", "ACCEPTED"));
  peers_.consents.insert({Id("charity"), Id("ada"), Id("consent")});
  EXPECT_THAT(Steps("charity", "consent"), ElementsAre("referral.send", "referral.accept"));
}

TEST_F(JourneyTest, AConsentThatDoesNotPermitIsDeniedNotNarrowed) {
  AcceptReferral("r1");
  v1::GetJourneyRequest request;
  request.set_person_ref("p1_ada");
  request.set_consent_id(Id("other"));
  EXPECT_EQ(Outcome("jobcentre", request).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(JourneyTest, WhoDoesNotHoldThePersonLearnsNothing) {
  v1::GetJourneyRequest request;
  request.set_person_ref("p1_ada");
  EXPECT_EQ(Outcome("stranger", request).status(), status::Denied());
}

TEST_F(JourneyTest, AReferralEnteredInErrorStaysBetweenItsParties) {
  AcceptReferral("r1");
  Apply(ReferralEvent("r1", 4, "VOID", "ACCEPTED", "ENTERED_IN_ERROR"));
  peers_.consents.insert({Id("charity"), Id("ada"), Id("consent")});
  EXPECT_THAT(Steps("charity", "consent"), ElementsAre());
  EXPECT_THAT(Steps("jobcentre"), ElementsAre("referral.create", "referral.send", "referral.accept", "referral.void"));
}

TEST_F(JourneyTest, ReadingIsAudited) {
  AcceptReferral("r1");
  Steps("jobcentre");
  EXPECT_EQ(store_.LastPosition(store::Feed::kAudit), 1u);
}

TEST_F(JourneyTest, AnErasedPersonLeavesNothingBehindAndStaysErased) {
  AcceptReferral("r1");
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  CatchUp();
  Register("consent", common::v1::PersonChange::TYPE_ERASED);
  const auto forget = [](store::Txn& txn) { return Journeys::ForgetSome(txn, *ids::Uuid::Parse(Id("ada")), 2); };
  for (bool more = true; more;) {
    const absl::StatusOr<bool> some = async::BlockOn(store_.Update(forget));
    ASSERT_TRUE(some.ok()) << some.status();
    more = *some;
  }
  const auto steps = [&] {
    const auto visit = [&](const store::Reader& reader) -> absl::StatusOr<int> {
      int met = 0;
      NWD_RETURN_IF_ERROR(Journeys::Visit(reader, *ids::Uuid::Parse(Id("ada")), Id("jobcentre"), true, "",
                                          [&](std::string_view, absl::Time, const storage::StepRow&) {
                                            ++met;
                                            return store::Visit::kContinue;
                                          }));
      return met;
    };
    return *async::BlockOn(store_.View(visit));
  };
  EXPECT_EQ(steps(), 0);
  Apply(ReferralEvent("r1", 4, "START", "ACCEPTED", "IN_PROGRESS"));
  EXPECT_EQ(steps(), 0);
  const auto find = [](const store::Reader& reader) { return Referrals::Find(reader, *ids::Uuid::Parse(Id("r1"))); };
  EXPECT_EQ((*async::BlockOn(store_.View(find)))->person_id(), "");
  EXPECT_EQ(Figure(Counter::kJobStarts, v1::CUT_HUB, "all"), 1) << "figures name nobody and stay";
}

TEST_F(JourneyTest, AnErasedPersonIsDeniedLikeAnUnknownOneAndGetsNoKeyAgain) {
  AcceptReferral("r1");
  ASSERT_TRUE(Outcome("college", JobStart("r1")).ok());
  Register("consent", common::v1::PersonChange::TYPE_ERASED);
  ASSERT_TRUE(async::BlockOn(person_keys_.Destroy(*ids::Uuid::Parse(Id("ada")))).ok());
  v1::GetJourneyRequest request;
  request.set_person_ref("p1_ada");
  EXPECT_EQ(Outcome("jobcentre", request).status(), status::Denied());
  EXPECT_EQ(Outcome("college", JobStart("r1")).status(), status::Denied());
  EXPECT_TRUE(absl::IsNotFound(async::BlockOn(person_keys_.Find(*ids::Uuid::Parse(Id("ada")))).status()));
}

TEST_F(JourneyTest, APageTokenServesOnlyItsOwnJourneyAndReader) {
  AcceptReferral("r1");
  v1::GetJourneyRequest request;
  request.set_person_ref("p1_ada");
  request.set_page_size(1);
  const auto page = Outcome("jobcentre", request);
  ASSERT_TRUE(page.ok()) << page.status();
  request.set_page_token(page->next_page_token());
  EXPECT_EQ(status::ReasonOf(Outcome("college", request).status()), "INVALID_TOKEN");
  peers_.refs[{Id("jobcentre"), "p1_ben"}] = Id("ben");
  request.set_person_ref("p1_ben");
  EXPECT_EQ(status::ReasonOf(Outcome("jobcentre", request).status()), "INVALID_TOKEN");
  request.set_person_ref("p1_ada");
  request.set_page_token(std::string(page->next_page_token().size(), 'A'));
  EXPECT_EQ(status::ReasonOf(Outcome("jobcentre", request).status()), "INVALID_TOKEN");
}

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
