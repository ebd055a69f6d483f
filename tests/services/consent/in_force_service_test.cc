// Consents that rest, go on, are taken back, or were never valid.
#include "services/consent/in_force_service.h"

#include "common/store/proto_value.h"
#include "services/consent/keys.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr char kReferral[] = "7f3c0b1e-0000-4000-8000-000000000001";

class InForceServiceTest : public ::testing::Test {
 protected:
  InForceServiceTest() {
    desk_.Add("lambeth", ORGANISATION_KIND_BOROUGH);
    desk_.Add("college", ORGANISATION_KIND_COLLEGE);
    desk_.Add("stranger");
    ref_ = desk_.Register("lambeth", "Ada Lovelace");
    college_ref_ = desk_.RefFor("college", ref_, "lambeth");
    desk_.Put("lambeth", ref_, desk_.Skills("bricklaying"));
  }
  std::string GivenAndRead() {
    const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
    EXPECT_TRUE(desk_.Read("college", college_ref_, id).ok());
    return id;
  }
  std::vector<v1::Notice> NoticesOf(const std::string& who) {
    const auto listed =
        desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, who, v1::ListNoticesRequest());
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->notices().begin(), listed->notices().end()};
  }
  absl::StatusOr<v1::AcknowledgeNoticeResponse> Answer(const std::string& notice_id, v1::NoticeAnswer answer) {
    v1::AcknowledgeNoticeRequest request;
    request.set_notice_id(notice_id);
    request.set_answer(answer);
    return desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "college", request);
  }

  Desk desk_;
  std::string ref_, college_ref_;
};

TEST_F(InForceServiceTest, AfterTheReplyToASuspensionNothingPermitsUntilItIsResumed) {
  const std::string id = GivenAndRead();
  const auto suspended = desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY);
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  EXPECT_EQ(suspended->state(), v1::CONSENT_STATE_SUSPENDED);
  EXPECT_EQ(suspended->notices(), 1);
  EXPECT_THAT(desk_.Read("college", college_ref_, id), Denied());
  EXPECT_EQ(desk_.Check("college", college_ref_, id)->denied_categories(0).reason(), v1::DENIAL_REASON_NOT_IN_FORCE);

  const auto resumed = desk_.Resume("lambeth", id, false);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->state(), v1::CONSENT_STATE_GIVEN);
  EXPECT_TRUE(desk_.Read("college", college_ref_, id).ok());
  EXPECT_EQ(desk_.Audited("consent.suspended"), 1);
  EXPECT_EQ(desk_.Audited("consent.resumed"), 1);
}

TEST_F(InForceServiceTest, WhatWasOpenForAReferralIsOpenAgainOnceResumed) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_standing(false);
  const std::string id = desk_.Give("lambeth", ref_, terms);
  const std::string person_id = desk_.PersonId("lambeth", ref_);
  ASSERT_TRUE(desk_.Open(id, person_id, "college", kReferral, 1).ok());
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_IN_DOUBT).ok());
  EXPECT_FALSE(desk_.Check("college", college_ref_, id)->permitted());
  ASSERT_TRUE(desk_.Resume("lambeth", id, false).ok());
  EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted());
}

TEST_F(InForceServiceTest, AReferralThatOpensAndOneThatClosesMeanwhileCountOnceResumed) {
  v1::ConsentTerms terms = desk_.Terms({"college", "stranger"});
  terms.set_standing(false);
  const std::string id = desk_.Give("lambeth", ref_, terms);
  const std::string person_id = desk_.PersonId("lambeth", ref_);
  ASSERT_TRUE(desk_.Open(id, person_id, "college", kReferral, 1).ok());
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_IN_DOUBT).ok());
  ASSERT_TRUE(desk_.Close(id, "college", kReferral, 2).ok());
  ASSERT_TRUE(desk_.Open(id, person_id, "stranger", kReferral, 1).ok());
  EXPECT_FALSE(desk_.Check("stranger", desk_.RefFor("stranger", ref_, "lambeth"), id)->permitted());
  ASSERT_TRUE(desk_.Resume("lambeth", id, false).ok());
  EXPECT_FALSE(desk_.Check("college", college_ref_, id)->permitted());
  EXPECT_TRUE(desk_.Check("stranger", desk_.RefFor("stranger", ref_, "lambeth"), id)->permitted());
}

TEST_F(InForceServiceTest, WhatThePersonAskedForOnlyThePersonUndoes) {
  const std::string id = GivenAndRead();
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_PERSON_ASKED).ok());
  EXPECT_TRUE(desk_.Get("lambeth", id).resume_needs_person());
  EXPECT_THAT(desk_.Resume("lambeth", id, false), Refused(absl::StatusCode::kFailedPrecondition, "PERSON_NOT_ASKED"));
  EXPECT_FALSE(desk_.Check("college", college_ref_, id)->permitted());
  EXPECT_TRUE(desk_.Resume("lambeth", id, true).ok());
}

TEST_F(InForceServiceTest, WhatAnotherPartySuspendedIsNotResumedOverItsHead) {
  const std::string id = GivenAndRead();
  ASSERT_TRUE(desk_.Suspend("college", id, v1::SUSPEND_REASON_SAFETY).ok());
  EXPECT_THAT(desk_.Resume("college", id, true), Denied()) << "only the captor resumes";
  EXPECT_THAT(desk_.Resume("lambeth", id, false), Refused(absl::StatusCode::kFailedPrecondition, "PERSON_NOT_ASKED"));
  EXPECT_TRUE(desk_.Resume("lambeth", id, true).ok());
}

TEST_F(InForceServiceTest, ASecondSuspensionCountsWhereItMakesTheFirstHarderToUndo) {
  const std::string id = GivenAndRead();
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY).ok());
  const std::string etag = desk_.Get("lambeth", id).etag();
  const auto again = desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_MISUSE);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->etag(), etag) << "it stands already";
  const auto by_person = desk_.Suspend("college", id, v1::SUSPEND_REASON_PERSON_ASKED);
  ASSERT_TRUE(by_person.ok());
  EXPECT_NE(by_person->etag(), etag);
  EXPECT_EQ(by_person->notices(), 0) << "whoever read has been told";
  EXPECT_THAT(desk_.Resume("lambeth", id, false), Refused(absl::StatusCode::kFailedPrecondition, "PERSON_NOT_ASKED"));
}

TEST_F(InForceServiceTest, AResumptionBuildsOnWhatTheCaptorHasSeen) {
  const std::string id = GivenAndRead();
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY).ok());
  v1::ResumeConsentRequest request;
  request.set_consent_id(id);
  request.set_etag(desk_.Get("lambeth", id).etag());
  ASSERT_TRUE(desk_.Suspend("college", id, v1::SUSPEND_REASON_PERSON_ASKED).ok());
  request.set_person_agreed(true);
  EXPECT_THAT(desk_.Ask(desk_.services().in_force(), &InForceService::ResumeConsent, "lambeth", request),
              Refused(absl::StatusCode::kAborted, "STALE_ETAG"));
}

TEST_F(InForceServiceTest, TheReasonIsTheCaptorsToSee) {
  const std::string id = GivenAndRead();
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY).ok());
  EXPECT_EQ(desk_.Get("lambeth", id).suspend_reason(), v1::SUSPEND_REASON_SAFETY);
  EXPECT_EQ(desk_.Get("college", id).suspend_reason(), v1::SUSPEND_REASON_UNSPECIFIED);
  EXPECT_TRUE(desk_.Get("college", id).has_suspend_time());
  ASSERT_TRUE(desk_.Resume("lambeth", id, false).ok());
  EXPECT_EQ(desk_.Get("lambeth", id).suspend_reason(), v1::SUSPEND_REASON_UNSPECIFIED);
  EXPECT_FALSE(desk_.Get("lambeth", id).has_suspend_time());
  ASSERT_TRUE(desk_.Invalidate("lambeth", id, v1::INVALIDATE_REASON_COERCED).ok());
  EXPECT_EQ(desk_.Get("lambeth", id).invalidate_reason(), v1::INVALIDATE_REASON_COERCED);
  EXPECT_EQ(desk_.Get("college", id).invalidate_reason(), v1::INVALIDATE_REASON_UNSPECIFIED);
}

TEST_F(InForceServiceTest, AnEndOfASuspendedConsentIsForGood) {
  const std::string id = GivenAndRead();
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY).ok());
  ASSERT_TRUE(desk_.Withdraw("college", id).ok());
  EXPECT_THAT(desk_.Resume("lambeth", id, true), Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_FALSE(desk_.Get("lambeth", id).has_suspend_time());
}

TEST_F(InForceServiceTest, WhatHasRunOutCannotRestButCanStillBeTakenBack) {
  const std::string id = GivenAndRead();
  const std::string other = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Suspend("lambeth", other, v1::SUSPEND_REASON_SAFETY).ok());
  desk_.clock().Advance(absl::Hours(24 * 100));
  EXPECT_EQ(desk_.Get("lambeth", other).state(), v1::CONSENT_STATE_EXPIRED);
  EXPECT_THAT(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_SAFETY),
              Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  EXPECT_THAT(desk_.Resume("lambeth", other, true), Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  const auto revoked = desk_.Revoke("lambeth", id);
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  EXPECT_EQ(revoked->notices(), 1);
}

TEST_F(InForceServiceTest, OnlyTheCaptorRevokesAndInvalidates) {
  const std::string id = GivenAndRead();
  EXPECT_THAT(desk_.Revoke("college", id), Denied());
  EXPECT_THAT(desk_.Invalidate("college", id, v1::INVALIDATE_REASON_WRONG_PERSON), Denied());
  for (const char* who : {"stranger", "college"}) {
    const auto there = desk_.Revoke(who, id);
    const auto nowhere = desk_.Revoke(who, ids::Uuid::Random().ToString());
    EXPECT_EQ(there.status(), nowhere.status());
  }
  EXPECT_THAT(desk_.Suspend("stranger", id, v1::SUSPEND_REASON_SAFETY), Denied());
  EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted());
}

TEST_F(InForceServiceTest, EachIsToldAsWhatItIs) {
  const std::string suspended = GivenAndRead(), revoked = GivenAndRead(), invalidated = GivenAndRead();
  ASSERT_TRUE(desk_.Suspend("lambeth", suspended, v1::SUSPEND_REASON_SAFETY).ok());
  ASSERT_TRUE(desk_.Revoke("lambeth", revoked).ok());
  ASSERT_TRUE(desk_.Invalidate("lambeth", invalidated, v1::INVALIDATE_REASON_NOT_INFORMED).ok());
  const std::vector<v1::Notice> notices = NoticesOf("college");
  ASSERT_EQ(notices.size(), 3u);
  EXPECT_EQ(notices[0].type(), v1::NOTICE_TYPE_SUSPENSION);
  EXPECT_EQ(notices[1].type(), v1::NOTICE_TYPE_REVOCATION);
  EXPECT_EQ(notices[2].type(), v1::NOTICE_TYPE_INVALIDATION);
  EXPECT_TRUE(Answer(notices[0].notice_id(), v1::NOTICE_ANSWER_HELD).ok());
  EXPECT_THAT(Answer(notices[1].notice_id(), v1::NOTICE_ANSWER_HELD), Invalid()) << "what has ended cannot be held";
  EXPECT_TRUE(Answer(notices[2].notice_id(), v1::NOTICE_ANSWER_ERASED).ok());

  const std::vector<Change> changes = desk_.Changes();
  std::vector<std::string> states;
  for (size_t i = changes.size() - 3; i < changes.size(); ++i) states.push_back(changes[i].consent().state());
  EXPECT_THAT(states, ::testing::ElementsAre("SUSPENDED", "REVOKED", "INVALIDATED"));
}

TEST_F(InForceServiceTest, ARevocationReachesBackAndAnInvalidationDoesNot) {
  for (const bool revoke : {true, false}) {
    const std::string old = GivenAndRead();
    v1::ConsentTerms terms = desk_.Terms({"college"});
    terms.set_supersedes_consent_id(old);
    const std::string renewed = desk_.Give("lambeth", ref_, terms);
    const int notices = revoke ? desk_.Revoke("lambeth", renewed)->notices()
                               : desk_.Invalidate("lambeth", renewed, v1::INVALIDATE_REASON_NO_CAPACITY)->notices();
    EXPECT_EQ(notices, revoke ? 1 : 0);
    EXPECT_EQ(desk_.Get("lambeth", old).state(), v1::CONSENT_STATE_SUPERSEDED);
  }
}

TEST_F(InForceServiceTest, OnAnEndedAuthorityNothingIsResumed) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms, "2026-03-03");
  const std::string id = desk_.Give("lambeth", ref_, terms);
  ASSERT_TRUE(desk_.Suspend("lambeth", id, v1::SUSPEND_REASON_PERSON_ASKED).ok());
  desk_.clock().Advance(absl::Hours(24 * 3));
  EXPECT_THAT(desk_.Resume("lambeth", id, true), Refused(absl::StatusCode::kFailedPrecondition, "AUTHORITY_ENDED"));
}

TEST_F(InForceServiceTest, WhatWasGivenOnAnAuthorityGoesOnWhenThatEnds) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  Desk::ActAsParent(terms, "2026-03-03");
  const std::string id = desk_.Give("lambeth", ref_, terms);
  desk_.clock().Advance(absl::Hours(24 * 3));
  EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted());
}

TEST_F(InForceServiceTest, ANoIsTakenThoughTheTermsDoNotOpen) {
  const std::string one = GivenAndRead(), two = GivenAndRead();
  auto damage = [&](store::Txn& txn) -> absl::Status {
    for (const std::string& id : {one, two}) {
      storage::SealedTerms sealed;
      sealed.set_sealed("damaged");
      store::PutMessage(txn, keys::Terms(*ids::Uuid::Parse(id)), sealed);
    }
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(damage)).ok());
  EXPECT_TRUE(desk_.Withdraw("college", one).ok());
  EXPECT_TRUE(desk_.Invalidate("lambeth", two, v1::INVALIDATE_REASON_ENTERED_IN_ERROR).ok());
  EXPECT_FALSE(desk_.Check("college", college_ref_, one)->permitted());
  EXPECT_FALSE(desk_.Check("college", college_ref_, two)->permitted());
}

TEST_F(InForceServiceTest, ARetryWithItsRequestIdSuspendsOnce) {
  const std::string id = GivenAndRead();
  v1::SuspendConsentRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.set_consent_id(id);
  request.set_reason(v1::SUSPEND_REASON_SAFETY);
  const auto first = desk_.Ask(desk_.services().in_force(), &InForceService::SuspendConsent, "lambeth", request);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(desk_.Resume("lambeth", id, false).ok());
  const auto again = desk_.Ask(desk_.services().in_force(), &InForceService::SuspendConsent, "lambeth", request);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_TRUE(desk_.Check("college", college_ref_, id)->permitted()) << "a late retry suspends nothing anew";
}

}  // namespace
}  // namespace nwd::consent
