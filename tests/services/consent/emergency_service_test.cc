// Opening, closing and reviewing emergency access.
#include "services/consent/emergency_service.h"

#include "services/consent/limits.h"
#include "tests/services/consent/emergency_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;

constexpr char kRequest[] = "7f3c0b1e-0000-4000-8000-000000000009";

auto WrongState() { return Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"); }
auto TooMany() { return Refused(absl::StatusCode::kResourceExhausted, "TOO_MANY_EMERGENCIES"); }

class EmergencyServiceTest : public EmergencyTest {};

// ---- opening

TEST_F(EmergencyServiceTest, OpensAFewSectionsForThreeHours) {
  const auto opened = Open("crisis", Opening(ref_, {CATEGORY_CONTACT, CATEGORY_SAFEGUARDING}));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(FromTimestamp(opened->expire_time()) - desk_.clock().Now(), absl::Hours(3));
  const v1::EmergencyAccess access = Get(opened->emergency_access_id());
  EXPECT_EQ(access.state(), v1::EMERGENCY_ACCESS_STATE_OPEN);
  EXPECT_EQ(access.organisation_id(), desk_.IdOf("crisis"));
  EXPECT_EQ(access.practitioner(), "practitioner-of-crisis");
  EXPECT_EQ(access.reason(), kReason);
  EXPECT_EQ(access.lawful_basis(), LAWFUL_BASIS_VITAL_INTERESTS);
  EXPECT_THAT(access.categories(), ElementsAre(CATEGORY_CONTACT, CATEGORY_SAFEGUARDING));
  EXPECT_EQ(access.reads(), 0);
  EXPECT_EQ(FromTimestamp(access.open_time()), desk_.clock().Now());
  EXPECT_EQ(access.expire_time().seconds(), opened->expire_time().seconds());
  EXPECT_FALSE(access.has_close_time());
  EXPECT_EQ(access.etag(), opened->etag());
  EXPECT_EQ(desk_.Audited("emergency.opened"), 1);
}

TEST_F(EmergencyServiceTest, IsOpenedOnlyByWhoHoldsThePerson) {
  EXPECT_THAT(Open("other-crisis", Opening(desk_.RefFor("other-crisis", ref_, "crisis"))), Denied());
  EXPECT_THAT(Open("other-crisis", Opening(ref_)), Denied()) << "another's reference";
  EXPECT_EQ(desk_.Audited("emergency.opened"), 0);
}

TEST_F(EmergencyServiceTest, RestsOnNoBasisThatIsNotForEmergenciesAndOpensNoOtherSections) {
  v1::OpenEmergencyAccessRequest request =
      Opening(ref_, {CATEGORY_CONTACT, CATEGORY_DEMOGRAPHICS, CATEGORY_CONTACT, CATEGORY_SKILLS});
  request.set_lawful_basis(LAWFUL_BASIS_LEGITIMATE_INTERESTS);
  const auto refused = Open("crisis", request);
  EXPECT_THAT(refused, Invalid());
  EXPECT_THAT(FieldsOf(refused.status()),
              ::testing::UnorderedElementsAre("lawful_basis", "categories[1]", "categories[2]", "categories[3]"));
  request = Opening(ref_);
  request.clear_reason();
  EXPECT_THAT(FieldsOf(Open("crisis", request).status()), ElementsAre("reason"));
  request.set_reason(std::string(1001, 'a'));
  EXPECT_THAT(FieldsOf(Open("crisis", request).status()), ElementsAre("reason"));
}

TEST_F(EmergencyServiceTest, AnOpeningThatIsRepeatedIsTheSame) {
  v1::OpenEmergencyAccessRequest request = Opening(ref_);
  request.set_request_id(kRequest);
  const auto first = Open("crisis", request);
  const auto again = Open("crisis", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->emergency_access_id(), again->emergency_access_id());
  EXPECT_EQ(List("board")->emergency_accesses_size(), 1);
  request.set_reason("another");
  EXPECT_THAT(Open("crisis", request), Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
}

TEST_F(EmergencyServiceTest, AnOrganisationHasTwentyOpenAtOnceAndNoMore) {
  std::vector<std::string> open;
  for (int i = 0; i < kEmergenciesOpenMax; ++i) {
    open.push_back(Opened());
    desk_.clock().Advance(absl::Minutes(1));
  }
  const absl::Status refused = Open("crisis", Opening(ref_)).status();
  EXPECT_THAT(refused, TooMany());
  EXPECT_EQ(RetryAfterOf(refused), kEmergencyLasts - absl::Minutes(kEmergenciesOpenMax)) << "the first ends by itself";
  desk_.Register("other-crisis", "Ada Lovelace", "AB123456C");
  EXPECT_TRUE(Open("other-crisis", Opening(desk_.RefFor("other-crisis", ref_, "crisis"))).ok())
      << "another's are not its";
  ASSERT_TRUE(Close("crisis", open.front()).ok());
  EXPECT_TRUE(Open("crisis", Opening(ref_)).ok()) << "one was closed";
  desk_.clock().Advance(kEmergencyLasts);
  EXPECT_TRUE(Open("crisis", Opening(ref_)).ok()) << "all are over";
}

TEST_F(EmergencyServiceTest, AnOrganisationOpensTwoHundredWithinADayAndNoMore) {
  for (int i = 0; i < kEmergenciesOpenedMax; ++i) ASSERT_TRUE(Close("crisis", Opened()).ok());
  const absl::Status refused = Open("crisis", Opening(ref_)).status();
  EXPECT_THAT(refused, TooMany());
  EXPECT_EQ(RetryAfterOf(refused), absl::Hours(24));
  desk_.clock().Advance(-absl::Hours(1));
  EXPECT_THAT(Open("crisis", Opening(ref_)), TooMany()) << "a clock that is set back makes no room";
  desk_.clock().Advance(absl::Hours(24));
  EXPECT_THAT(Open("crisis", Opening(ref_)), TooMany()) << "it is an hour before";
  desk_.clock().Advance(absl::Hours(1));
  EXPECT_TRUE(Open("crisis", Opening(ref_)).ok());
}

// ---- closing

TEST_F(EmergencyServiceTest, ClosesBeforeItsTimeIsOverAndSaysWhatCameOfIt) {
  const std::string id = Opened();
  desk_.clock().Advance(absl::Minutes(20));
  const auto closed = Close("crisis", id);
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->state(), v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW);
  const v1::EmergencyAccess access = Get(id);
  EXPECT_EQ(access.state(), v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW);
  EXPECT_EQ(access.outcome(), kOutcome);
  EXPECT_EQ(access.reason(), kReason);
  EXPECT_EQ(FromTimestamp(access.close_time()), desk_.clock().Now());
  EXPECT_EQ(FromTimestamp(access.review_due_time()), desk_.clock().Now() + kEmergencyReviewDue);
  EXPECT_EQ(access.etag(), closed->etag());
  EXPECT_EQ(desk_.Audited("emergency.closed"), 1);
}

TEST_F(EmergencyServiceTest, IsNeverTooLateToCloseUntilItIsReviewed) {
  const std::string id = Opened();
  desk_.clock().Advance(absl::Hours(24 * 10));
  EXPECT_TRUE(Close("crisis", id).ok());
  EXPECT_EQ(FromTimestamp(Get(id).review_due_time()), FromTimestamp(Get(id).expire_time()) + kEmergencyReviewDue)
      << "it was over long before";
  ASSERT_TRUE(Review("board", Reviewing(id)).ok());
  EXPECT_THAT(Close("crisis", id), WrongState());
}

TEST_F(EmergencyServiceTest, ClosingAgainChangesNothing) {
  const std::string id = Opened();
  const auto first = Close("crisis", id);
  desk_.clock().Advance(absl::Minutes(1));
  v1::CloseEmergencyAccessRequest request;
  request.set_emergency_access_id(id);
  request.set_outcome("another");
  const auto again =
      desk_.Ask(desk_.services().emergency(), &EmergencyService::CloseEmergencyAccess, "crisis", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(again->etag(), first->etag());
  EXPECT_EQ(Get(id).outcome(), kOutcome);
  EXPECT_EQ(desk_.Audited("emergency.closed"), 1);
}

TEST_F(EmergencyServiceTest, IsClosedByItsOpenerAlone) {
  const std::string id = Opened();
  EXPECT_THAT(Close("other-crisis", id), Denied());
  EXPECT_THAT(Close("board", id), Denied());
  EXPECT_EQ(Close("other-crisis", ids::Uuid::Random().ToString()).status(), Close("other-crisis", id).status())
      << "absent and forbidden are one answer";
  EXPECT_EQ(Get(id).state(), v1::EMERGENCY_ACCESS_STATE_OPEN);
}

// ---- reviewing

TEST_F(EmergencyServiceTest, IsReviewedByASecondOrganisationOnceItNoLongerPermits) {
  const std::string id = Opened();
  EXPECT_THAT(Review("board", Reviewing(id)), WrongState());
  desk_.clock().Advance(kEmergencyLasts - absl::Seconds(1));
  EXPECT_THAT(Review("board", Reviewing(id)), WrongState());
  desk_.clock().Advance(absl::Seconds(1));
  const auto reviewed = Review("board", Reviewing(id));
  ASSERT_TRUE(reviewed.ok()) << reviewed.status();
  EXPECT_EQ(reviewed->state(), v1::EMERGENCY_ACCESS_STATE_REVIEWED);
  const v1::EmergencyAccess access = Get(id);
  EXPECT_EQ(access.state(), v1::EMERGENCY_ACCESS_STATE_REVIEWED);
  EXPECT_EQ(access.finding(), v1::REVIEW_FINDING_JUSTIFIED);
  EXPECT_EQ(access.review_note(), kNote);
  EXPECT_EQ(access.reviewer_organisation_id(), desk_.IdOf("board"));
  EXPECT_EQ(FromTimestamp(access.review_time()), desk_.clock().Now());
  EXPECT_EQ(access.outcome(), "") << "nobody closed it";
  EXPECT_EQ(access.etag(), reviewed->etag());
  EXPECT_EQ(desk_.Audited("emergency.reviewed"), 1);
}

TEST_F(EmergencyServiceTest, NobodyReviewsWhatTheyOpened) {
  const std::string id = Opened();
  ASSERT_TRUE(Close("crisis", id).ok());
  EXPECT_THAT(Review("crisis", Reviewing(id)), Denied());
  v1::ReviewEmergencyAccessRequest absent = Reviewing(id);
  absent.set_emergency_access_id(ids::Uuid::Random().ToString());
  EXPECT_THAT(Review("board", absent), Denied());
  EXPECT_TRUE(Review("other-crisis", Reviewing(id)).ok());
}

TEST_F(EmergencyServiceTest, AnAuditorReviewsToo) {
  const std::string id = Opened();
  ASSERT_TRUE(Close("crisis", id).ok());
  v1::ReviewEmergencyAccessRequest request = Reviewing(id);
  request.set_finding(v1::REVIEW_FINDING_EXCESSIVE);
  EXPECT_TRUE(Review("auditor", request).ok());
  EXPECT_EQ(Get(id).finding(), v1::REVIEW_FINDING_EXCESSIVE);
}

TEST_F(EmergencyServiceTest, IsReviewedOnceAndOnTheStateThatTheReviewerSaw) {
  const std::string id = Opened();
  v1::ReviewEmergencyAccessRequest early = Reviewing(id);
  ASSERT_TRUE(Close("crisis", id).ok());
  EXPECT_THAT(Review("board", early), Refused(absl::StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_EQ(Get(id).state(), v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW) << "a stale etag changes nothing";
  ASSERT_TRUE(Review("board", Reviewing(id)).ok());
  EXPECT_THAT(Review("auditor", Reviewing(id)), WrongState());
  EXPECT_EQ(Get(id).reviewer_organisation_id(), desk_.IdOf("board"));
}

TEST_F(EmergencyServiceTest, AClockThatIsSetBackUndoesNoReview) {
  const std::string id = Opened();
  desk_.clock().Advance(kEmergencyLasts);
  ASSERT_TRUE(Review("board", Reviewing(id)).ok());
  desk_.clock().Advance(-kEmergencyLasts);
  EXPECT_EQ(Get(id).state(), v1::EMERGENCY_ACCESS_STATE_REVIEWED);
  EXPECT_THAT(ReadContact(id), Denied());
}

}  // namespace
}  // namespace nwd::consent
