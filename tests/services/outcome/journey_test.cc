#include "services/outcome/journeys.h"

#include <gmock/gmock.h>

#include "common/base/macros.h"
#include "tests/services/outcome/fixture.h"

namespace nwd::outcome {
namespace {

using ::testing::ElementsAre;

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

TEST_F(JourneyTest, OfPeopleWhoAreOneIsOneInOrderOverItsPages) {
  Register("jobcentre", common::v1::PersonChange::TYPE_REGISTERED);
  common::v1::Change again;
  *again.mutable_change_time() = ToTimestamp(clock_.Now() - absl::Minutes(59));
  again.mutable_person()->set_person_id(Id("ada's second id"));
  again.mutable_person()->set_organisation_id(Id("jobcentre"));
  again.mutable_person()->set_type(common::v1::PersonChange::TYPE_MERGED);
  again.mutable_person()->set_other_person_id(Id("ada"));
  Apply(again);
  AcceptReferral("r1");
  const std::vector<std::string> apart = Steps("jobcentre");
  peers_.joined[Id("ada")] = {Id("ada's second id")};
  std::vector<std::string> together = apart;
  together.insert(together.begin() + 1, "person.merged");
  EXPECT_EQ(Steps("jobcentre"), together);
  EXPECT_EQ(Steps("jobcentre", "", 1), together) << "page by page";
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
      NWD_RETURN_IF_ERROR(Journeys::Visit(reader, {*ids::Uuid::Parse(Id("ada"))}, "", Journeys::Sight::kEverything, "",
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

}  // namespace
}  // namespace nwd::outcome
