#include "services/consent/authority_acts.h"

#include "services/consent/joins.h"
#include "tests/services/consent/authority_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kRequest[] = "7f3c0b1e-0000-4000-8000-000000000009";

class AuthorityActsTest : public AuthorityTest {
 protected:
  auto WrongState() { return Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"); }
  // Terms on which a public body asserts this basis, where it may.
  std::string ActiveOn(LawfulBasis lawful_basis) {
    const bool by_charity = lawful_basis == LAWFUL_BASIS_LEGITIMATE_INTERESTS ||
                            lawful_basis == LAWFUL_BASIS_RECOGNISED_LEGITIMATE_INTEREST;
    if (!by_charity) return Active(Terms(lawful_basis));
    const std::string charity = Cat("charity-", ++charities_);
    desk_.Add(charity);
    const std::string charity_ref = desk_.Register(charity, "Ada Lovelace", "AB123456C");
    AgreementChange agreement = agreement_;
    agreement.set_agreement_id(ids::Uuid::Random().ToString());
    agreement.add_party_organisation_ids(desk_.IdOf(charity));
    v1::AuthorityTerms terms = Terms(lawful_basis);
    terms.set_agreement_id(desk_.AddAgreement(agreement));
    const auto asserted = AssertBy(charity, charity_ref, terms);
    EXPECT_TRUE(asserted.ok()) << asserted.status();
    EXPECT_TRUE(Approve("trust", asserted->authority_id()).ok());
    return asserted->authority_id();
  }
  int charities_ = 0;
};

TEST_F(AuthorityActsTest, ASecondOrganisationApproves) {
  const std::string id = Asserted();
  EXPECT_FALSE(Permitted(id));
  const auto approved = Approve("trust", id);
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->state(), v1::AUTHORITY_STATE_ACTIVE);
  EXPECT_TRUE(Permitted(id));
  const v1::Authority authority = Get(id);
  EXPECT_EQ(authority.state(), v1::AUTHORITY_STATE_ACTIVE);
  EXPECT_EQ(authority.etag(), approved->etag());
  EXPECT_EQ(authority.approver_organisation_id(), desk_.IdOf("trust"));
  EXPECT_EQ(FromTimestamp(authority.approve_time()), now());
  EXPECT_EQ(desk_.Audited("authority.approved"), 1);
}

TEST_F(AuthorityActsTest, WhoAssertedReceivesOrDoesNotHoldThePersonIsNoSecond) {
  const std::string id = Asserted();
  for (const char* who : {"lambeth", "college", "stranger"}) {
    EXPECT_THAT(Approve(who, id), Denied()) << who;
    EXPECT_THAT(Overturn(who, id), Denied()) << who;
  }
  EXPECT_THAT(Approve("trust", ids::Uuid::Random().ToString()), Denied());
  EXPECT_EQ(Approve("stranger", id).status(), Approve("stranger", ids::Uuid::Random().ToString()).status())
      << "one answer, whether or not there is such an authority";
  EXPECT_EQ(Get(id).state(), v1::AUTHORITY_STATE_ASSERTED);
}

TEST_F(AuthorityActsTest, AnEmployerThatHoldsThePersonNeitherJudgesNorLearnsOfIt) {
  desk_.Add("works", common::v1::ORGANISATION_KIND_EMPLOYER);
  const std::string works_ref = desk_.Register("works", "Ada Lovelace", "AB123456C");
  const std::string id = Asserted();
  EXPECT_EQ(List("works", works_ref)->authorities_size(), 0);
  EXPECT_THAT(Approve("works", id), Denied());
  EXPECT_THAT(Overturn("works", id), Denied());
  EXPECT_THAT(Object("works", id), Denied());
}

TEST_F(AuthorityActsTest, NothingIsApprovedUnderAnAgreementThatIsOver) {
  const std::string id = Asserted();
  *agreement_.mutable_end_time() = ToTimestamp(now());
  desk_.AddAgreement(agreement_);
  EXPECT_THAT(Approve("trust", id), Refused(absl::StatusCode::kFailedPrecondition, "AGREEMENT_ENDED"));
  EXPECT_EQ(Get(id).state(), v1::AUTHORITY_STATE_ASSERTED);
}

TEST_F(AuthorityActsTest, WhoHoldsThePersonByAnotherOfTheirIdsIsASecondToo) {
  desk_.Add("hostel");
  const std::string hostel_ref = desk_.Register("hostel", "Augusta King");
  const std::string id = Asserted();
  EXPECT_THAT(Approve("hostel", id), Denied()) << "somebody else, for all that is known";
  const ids::Uuid a = IdIn(desk_.PersonId("lambeth", ref_)), b = IdIn(desk_.PersonId("hostel", hostel_ref));
  const auto join = [&](store::Txn& txn) { return joins::Join(txn, b, a); };
  ASSERT_TRUE(*async::BlockOn(desk_.store().Update(join)));
  EXPECT_TRUE(Approve("hostel", id).ok());
  EXPECT_TRUE(Permitted(id));
}

TEST_F(AuthorityActsTest, ApprovalBuildsOnWhatTheApproverHasSeen) {
  const std::string id = Asserted();
  EXPECT_THAT(Approve("trust", id, "r2"), Refused(absl::StatusCode::kAborted, "STALE_ETAG"));
  ASSERT_TRUE(Approve("trust", id).ok());
  EXPECT_THAT(Approve("trust", id, Get(id).etag()), WrongState());
}

TEST_F(AuthorityActsTest, AnApprovedOneBeginsWhenItSays) {
  v1::AuthorityTerms terms = Terms();
  *terms.mutable_valid_from() = ToTimestamp(now() + absl::Hours(24));
  const std::string id = Asserted(terms);
  EXPECT_EQ(Approve("trust", id)->state(), v1::AUTHORITY_STATE_APPROVED);
  EXPECT_EQ(ReasonFor("college", college_ref_, id), v1::DENIAL_REASON_OUT_OF_TIME);
  desk_.clock().Advance(absl::Hours(24));
  EXPECT_TRUE(Permitted(id));
  EXPECT_EQ(Get(id).state(), v1::AUTHORITY_STATE_ACTIVE);
}

TEST_F(AuthorityActsTest, ItEndsToTheSecond) {
  const std::string id = Active();
  desk_.clock().Advance(absl::Hours(24 * 90) - absl::Seconds(1));
  EXPECT_TRUE(Permitted(id));
  desk_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(ReasonFor("college", college_ref_, id), v1::DENIAL_REASON_OUT_OF_TIME);
  const v1::Authority authority = Get(id);
  EXPECT_EQ(authority.state(), v1::AUTHORITY_STATE_ENDED);
  EXPECT_EQ(FromTimestamp(authority.end_time()), FromTimestamp(authority.terms().valid_until()));
}

TEST_F(AuthorityActsTest, WhoAssertedEndsIt) {
  const std::string id = Active();
  ASSERT_TRUE(Read(id).ok());
  for (const char* who : {"trust", "college", "stranger"}) EXPECT_THAT(End(who, id), Denied()) << who;
  const auto ended = End("lambeth", id);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), v1::AUTHORITY_STATE_ENDED);
  EXPECT_FALSE(Permitted(id));
  EXPECT_THAT(Read(id), Denied());
  EXPECT_EQ(ReasonFor("college", college_ref_, id), v1::DENIAL_REASON_NOT_IN_FORCE);
  const v1::Authority authority = Get(id);
  EXPECT_EQ(authority.end_reason(), v1::END_REASON_NO_LONGER_NEEDED);
  EXPECT_EQ(FromTimestamp(authority.end_time()), now());
  EXPECT_EQ(authority.etag(), ended->etag());
  EXPECT_EQ(desk_.Audited("authority.ended"), 1);
}

TEST_F(AuthorityActsTest, AnEndIsNeverLate) {
  const std::string id = Active();
  const std::string etag = End("lambeth", id)->etag();
  const auto again = End("lambeth", id);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->etag(), etag) << "it stands as it was";
  EXPECT_EQ(desk_.Audited("authority.ended"), 1);
  const std::string timed_out = Active();
  desk_.clock().Advance(absl::Hours(24 * 91));
  EXPECT_EQ(End("lambeth", timed_out)->state(), v1::AUTHORITY_STATE_ENDED);
}

TEST_F(AuthorityActsTest, ThePersonObjectsAndWhoeverReadIsTold) {
  const std::string id = Active();
  const auto read = Read(id);
  ASSERT_TRUE(read.ok()) << read.status();
  const auto objected = Object("lambeth", id);
  ASSERT_TRUE(objected.ok()) << objected.status();
  EXPECT_EQ(objected->state(), v1::AUTHORITY_STATE_OBJECTED);
  EXPECT_EQ(objected->notices(), 1);
  EXPECT_FALSE(Permitted(id));
  EXPECT_THAT(Read(id), Denied());
  ASSERT_EQ(Notices("college").size(), 1u);
  const v1::Notice notice = Notices("college")[0];
  EXPECT_EQ(notice.type(), v1::NOTICE_TYPE_OBJECTION);
  EXPECT_EQ(notice.authority_id(), id);
  EXPECT_EQ(notice.consent_id(), "");
  EXPECT_EQ(notice.person_ref(), college_ref_);
  EXPECT_THAT(notice.disclosure_ids(), ElementsAre(read->disclosure_id()));
  EXPECT_THAT(Notices("trust"), IsEmpty());
  EXPECT_EQ(desk_.Audited("authority.objected"), 1);
}

TEST_F(AuthorityActsTest, ThereIsARightToObjectOnSomeBasesOnly) {
  for (const LawfulBasis lawful_basis :
       {LAWFUL_BASIS_PUBLIC_TASK, LAWFUL_BASIS_RECOGNISED_LEGITIMATE_INTEREST, LAWFUL_BASIS_LEGITIMATE_INTERESTS}) {
    EXPECT_TRUE(Object("trust", ActiveOn(lawful_basis)).ok()) << LawfulBasis_Name(lawful_basis);
  }
  for (const LawfulBasis lawful_basis :
       {LAWFUL_BASIS_CONTRACT, LAWFUL_BASIS_LEGAL_OBLIGATION, LAWFUL_BASIS_VITAL_INTERESTS}) {
    const std::string id = ActiveOn(lawful_basis);
    EXPECT_THAT(Object("trust", id), Refused(absl::StatusCode::kFailedPrecondition, "NO_RIGHT_TO_OBJECT"))
        << LawfulBasis_Name(lawful_basis);
    EXPECT_TRUE(Permitted(id));
  }
}

TEST_F(AuthorityActsTest, AnObjectionIsTakenAtWhateverDeskThePersonStands) {
  desk_.Add("hostel");  // which holds the person, and has no part in it
  desk_.Register("hostel", "Ada Lovelace", "AB123456C");
  for (const char* who : {"lambeth", "college", "trust", "hostel"}) {
    const std::string objected = Active();
    EXPECT_TRUE(Object(who, objected).ok()) << who;
    EXPECT_FALSE(Permitted(objected)) << who;
  }
  const std::string id = Active();
  EXPECT_THAT(Object("stranger", id), Denied());
  EXPECT_TRUE(Permitted(id));
}

TEST_F(AuthorityActsTest, ThePersonObjectsThroughAChannelTheyEnrolledWith) {
  desk_.AddChannel("app");
  desk_.AddChannel("other-app");
  const std::string id = Active();
  ASSERT_TRUE(Read(id).ok());
  EXPECT_THAT(Object("app", id), Denied()) << "they have not enrolled";
  desk_.Enrol("app", "trust", trust_ref_);
  EXPECT_THAT(Object("other-app", id), Denied());
  const auto objected = Object("app", id);
  ASSERT_TRUE(objected.ok()) << objected.status();
  EXPECT_EQ(objected->notices(), 1);
  EXPECT_FALSE(Permitted(id));
}

TEST_F(AuthorityActsTest, AnObjectionIsNeverLate) {
  const std::string ended = Active();
  ASSERT_TRUE(Read(ended).ok());
  ASSERT_TRUE(End("lambeth", ended).ok());
  EXPECT_EQ(Object("trust", ended)->notices(), 1) << "who read before it ended is told";
  const std::string timed_out = Active();
  ASSERT_TRUE(Read(timed_out).ok());
  desk_.clock().Advance(absl::Hours(24 * 91));
  EXPECT_EQ(Object("trust", timed_out)->notices(), 1);
  EXPECT_EQ(Object("trust", timed_out)->notices(), 0) << "once";
  EXPECT_EQ(Notices("college").size(), 2u);
  EXPECT_TRUE(Object("trust", Asserted()).ok()) << "nor too early";
}

TEST_F(AuthorityActsTest, WhatIsAssertedAnewAfterAnObjectionIsApprovedAnew) {
  ASSERT_TRUE(Object("trust", Active()).ok());
  const std::string id = Asserted();
  EXPECT_FALSE(Permitted(id));
  ASSERT_TRUE(Approve("trust", id).ok());
  EXPECT_TRUE(Permitted(id));
}

TEST_F(AuthorityActsTest, ASecondOrganisationOverturnsAndWhoeverReadIsTold) {
  const std::string id = Active();
  ASSERT_TRUE(Read(id).ok());
  const auto overturned = Overturn("trust", id, v1::OVERTURN_REASON_NOT_NECESSARY);
  ASSERT_TRUE(overturned.ok()) << overturned.status();
  EXPECT_EQ(overturned->state(), v1::AUTHORITY_STATE_OVERTURNED);
  EXPECT_EQ(overturned->notices(), 1);
  EXPECT_FALSE(Permitted(id));
  EXPECT_THAT(Read(id), Denied());
  EXPECT_EQ(Notices("college").at(0).type(), v1::NOTICE_TYPE_OVERTURN);
  EXPECT_EQ(Notices("college").at(0).authority_id(), id);
  EXPECT_EQ(Get(id).overturn_reason(), v1::OVERTURN_REASON_NOT_NECESSARY);
  EXPECT_EQ(desk_.Audited("authority.overturned"), 1);
}

TEST_F(AuthorityActsTest, AnySecondOverturnsWhatAnotherApprovedAndItIsNeverTooLate) {
  desk_.Add("hostel");
  desk_.Register("hostel", "Ada Lovelace", "AB123456C");
  for (const std::string& id : {Active(), Asserted()}) {  // what it might have approved, too
    EXPECT_TRUE(Overturn("hostel", id).ok());
    EXPECT_EQ(Get(id).state(), v1::AUTHORITY_STATE_OVERTURNED);
    EXPECT_FALSE(Permitted(id));
  }
  const std::string ended = Active();
  ASSERT_TRUE(Read(ended).ok());
  ASSERT_TRUE(End("lambeth", ended).ok());
  EXPECT_EQ(Overturn("hostel", ended)->notices(), 1) << "ending it does not keep its readers from being told";
}

TEST_F(AuthorityActsTest, WhatWasOverturnedOrObjectedToIsOver) {
  const std::string overturned = Active();
  ASSERT_TRUE(Overturn("trust", overturned).ok());
  EXPECT_THAT(Object("trust", overturned), WrongState());
  EXPECT_THAT(End("lambeth", overturned), WrongState());
  const std::string objected = Active();
  ASSERT_TRUE(Object("trust", objected).ok());
  EXPECT_THAT(Overturn("trust", objected), WrongState());
  EXPECT_THAT(Approve("trust", objected, Get(objected).etag()), WrongState());
}

TEST_F(AuthorityActsTest, ANoticeTakesErasedOrRetained) {
  const auto answer = [&](const std::string& notice_id, v1::NoticeAnswer with) {
    v1::AcknowledgeNoticeRequest request;
    request.set_notice_id(notice_id);
    request.set_answer(with);
    if (with == v1::NOTICE_ANSWER_RETAINED) request.set_retained_basis("legal obligation: Education Act 1996");
    return desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "college", request).status();
  };
  for (const bool objected : {true, false}) {
    const std::string id = Active();
    ASSERT_TRUE(Read(id).ok());
    ASSERT_TRUE(objected ? Object("trust", id).ok() : Overturn("trust", id).ok());
    const std::string notice = Notices("college").back().notice_id();
    for (const v1::NoticeAnswer none : {v1::NOTICE_ANSWER_CORRECTED, v1::NOTICE_ANSWER_HELD, v1::NOTICE_ANSWER_TOLD}) {
      EXPECT_THAT(answer(notice, none), Invalid());
    }
    EXPECT_TRUE(answer(notice, objected ? v1::NOTICE_ANSWER_ERASED : v1::NOTICE_ANSWER_RETAINED).ok());
  }
  EXPECT_EQ(desk_.Audited("notice.answered"), 2);
}

TEST_F(AuthorityActsTest, ARetryHasNoSecondEffectAndLeaksNothing) {
  const std::string id = Active();
  ASSERT_TRUE(Read(id).ok());
  const auto first = Object("trust", id, kRequest);
  const auto again = Object("trust", id, kRequest);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(again->etag(), first->etag());
  EXPECT_EQ(again->notices(), 1) << "as it was answered";
  EXPECT_EQ(Notices("college").size(), 1u);
  EXPECT_EQ(desk_.Audited("authority.objected"), 1);
  EXPECT_THAT(Object("trust", Active(), kRequest), Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
}

}  // namespace
}  // namespace nwd::consent
