// Restriction: from the answer on nothing of it is permitted to anybody, who read it is told, and it rests until it is lifted.
#include "common/async/block_on.h"
#include "common/base/timestamps.h"
#include "services/consent/categories.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"
#include "tests/services/consent/case_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RestrictionTest : public CaseTest {
 protected:
  RestrictionTest() : consent_(desk_.Give("lambeth", ref_, desk_.Terms({"college"}))) {}

  bool MayRead(Category category = CATEGORY_SKILLS) {
    return desk_.Check("college", college_ref_, consent_, {category})->permitted();
  }
  const std::string consent_;
};

TEST_F(RestrictionTest, FromTheAnswerOnNobodyReadsIt) {
  ASSERT_TRUE(MayRead());
  Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  const auto check = desk_.Check("college", college_ref_, consent_, {CATEGORY_SKILLS, CATEGORY_CONTACT});
  ASSERT_TRUE(check.ok());
  EXPECT_THAT(check->permitted_categories(), ElementsAre(CATEGORY_CONTACT)) << "what was not restricted goes on";
  ASSERT_EQ(check->denied_categories_size(), 1);
  EXPECT_EQ(check->denied_categories(0).reason(), v1::DENIAL_REASON_RESTRICTED);
  EXPECT_TRUE(absl::IsPermissionDenied(desk_.Read("college", college_ref_, consent_).status()));
}

TEST_F(RestrictionTest, ItIsNoWayToLearnThatThereIsAPerson) {
  const std::string strangers_ref = desk_.RefFor("stranger", ref_, "lambeth");
  const auto before = desk_.Check("stranger", strangers_ref, consent_);
  Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  EXPECT_EQ(desk_.Check("stranger", strangers_ref, consent_)->SerializeAsString(), before->SerializeAsString());
}

TEST_F(RestrictionTest, WhatStandsInTheWayOtherwiseIsToldFirst) {
  Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  ASSERT_TRUE(desk_.Withdraw("lambeth", consent_).ok());
  EXPECT_EQ(desk_.Check("college", college_ref_, consent_)->denied_categories(0).reason(),
            v1::DENIAL_REASON_NOT_IN_FORCE);
}

// However often somebody else read since: more than are gone through.
TEST_F(RestrictionTest, WhoReadLongAgoIsToldAllTheSame) {
  desk_.Add("greedy");
  const std::string greedys = desk_.Register("greedy", "Ada Lovelace", "AB123456C");
  const std::string theirs = desk_.Give("lambeth", ref_, desk_.Terms({"college", "greedy"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, theirs).ok());
  desk_.clock().Advance(absl::Hours(1));
  ASSERT_TRUE(desk_.Read("greedy", greedys, theirs).ok());
  const ids::Uuid person = *ids::Uuid::Parse(desk_.PersonId("lambeth", ref_));
  storage::Disclosure disclosure;
  disclosure.set_consent_id(std::string(ids::Uuid::Parse(theirs)->bytes()));
  disclosure.set_recipient_id(std::string(ids::Uuid::Parse(desk_.IdOf("greedy"))->bytes()));
  disclosures::AddSource(std::string(ids::Uuid::Parse(desk_.IdOf("lambeth"))->bytes()), MaskOf(CATEGORY_SKILLS),
                         disclosure);
  constexpr int kAtOnce = 1000;
  for (int i = 0; i < kDisclosuresLookedAtMax; i += kAtOnce) {
    auto add = [&](store::Txn& txn) {
      for (int j = 0; j < kAtOnce; ++j) {
        disclosures::Add(txn, {{ids::Uuid::Random(), person, Micros(desk_.clock().Now()) + i + j, disclosure}, {}});
      }
      return absl::OkStatus();
    };
    ASSERT_TRUE(async::BlockOn(desk_.store().Update(add)).ok());
  }
  Opened("app", app_ref_, v1::CASE_KIND_RESTRICTION);
  ASSERT_EQ(NoticesTo("greedy").size(), 1u);
  EXPECT_EQ(NoticesTo("greedy").front().disclosure_count(), kDisclosuresLookedAtMax);
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  EXPECT_EQ(NoticesTo("college").front().type(), v1::NOTICE_TYPE_RESTRICTION);
  EXPECT_EQ(NoticesTo("college").front().person_ref(), college_ref_);
  v1::PutRecordRequest correction;
  correction.set_person_ref(ref_);
  *correction.mutable_section() = desk_.Skills("masonry");
  correction.set_corrects(true);
  const auto put = desk_.Ask(desk_.services().record(), &RecordService::PutRecord, "lambeth", correction);
  ASSERT_TRUE(put.ok()) << put.status();
  EXPECT_EQ(put->notices(), 2) << "of a correction, too";
}

TEST_F(RestrictionTest, WhoReadItIsToldAndKeepsItUnused) {
  ASSERT_TRUE(desk_.Read("college", college_ref_, consent_).ok());
  Opened("app", app_ref_, v1::CASE_KIND_RESTRICTION);
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  const v1::Notice notice = NoticesTo("college").front();
  EXPECT_EQ(notice.type(), v1::NOTICE_TYPE_RESTRICTION);
  EXPECT_THAT(notice.categories(), ElementsAre(CATEGORY_SKILLS));
  EXPECT_EQ(notice.person_ref(), college_ref_);
  EXPECT_EQ(notice.disclosure_count(), 1);
  v1::AcknowledgeNoticeRequest answer;
  answer.set_notice_id(notice.notice_id());
  answer.set_answer(v1::NOTICE_ANSWER_CORRECTED);
  const auto acknowledge = [&] {
    return desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "college", answer).status();
  };
  EXPECT_TRUE(absl::IsInvalidArgument(acknowledge())) << "nothing was corrected";
  answer.set_answer(v1::NOTICE_ANSWER_HELD);
  EXPECT_TRUE(acknowledge().ok());
  EXPECT_THAT(NoticesTo("lambeth"), IsEmpty()) << "it read nothing";
}

TEST_F(RestrictionTest, WhoReadSomethingElseIsNotTold) {
  desk_.Put("lambeth", ref_, desk_.Contact("020 7946 0018", false));
  ASSERT_TRUE(desk_.Read("college", college_ref_, consent_, {CATEGORY_CONTACT}).ok());
  Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  EXPECT_THAT(NoticesTo("college"), IsEmpty());
}

TEST_F(RestrictionTest, FulfilledItRestsUntilItIsLifted) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  const auto closed = Close("lambeth", opened.case_id(), opened.etag(), v1::CASE_OUTCOME_FULFILLED);
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_TRUE(closed->restricted());
  EXPECT_FALSE(MayRead());
  EXPECT_THAT(FieldsOf(Lift("lambeth", opened.case_id(), false).status()), ElementsAre("person_told"));
  EXPECT_FALSE(MayRead());
  EXPECT_TRUE(absl::IsPermissionDenied(Lift("college", opened.case_id()).status()));
  ASSERT_TRUE(Lift("lambeth", opened.case_id()).ok());
  EXPECT_TRUE(MayRead());
  const v1::Case shown = Cases("lambeth")->cases(0);
  EXPECT_FALSE(shown.restricted());
  EXPECT_EQ(FromTimestamp(shown.lift_time()), desk_.clock().Now());
  EXPECT_TRUE(Lift("lambeth", opened.case_id()).ok()) << "what is lifted stays so";
}

TEST_F(RestrictionTest, RefusedOrTakenBackItIsOver) {
  for (const auto outcome : {v1::CASE_OUTCOME_REFUSED, v1::CASE_OUTCOME_WITHDRAWN}) {
    const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
    ASSERT_FALSE(MayRead());
    const auto closed = Close("lambeth", opened.case_id(), opened.etag(), outcome);
    ASSERT_TRUE(closed.ok()) << closed.status();
    EXPECT_FALSE(closed->restricted());
    EXPECT_TRUE(MayRead());
  }
}

TEST_F(RestrictionTest, ThePersonLiftsItThroughTheirChannelWhoeverAnswers) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  EXPECT_TRUE(absl::IsPermissionDenied(Lift("other-app", opened.case_id()).status()));
  ASSERT_TRUE(Lift("app", opened.case_id(), false).ok());
  EXPECT_TRUE(MayRead());
}

TEST_F(RestrictionTest, OneOfTwoThatIsLiftedLeavesTheOther) {
  const v1::OpenCaseResponse first = Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  v1::OpenCaseRequest both = Opening(college_ref_, v1::CASE_KIND_RESTRICTION);
  both.add_categories(CATEGORY_CONTACT);
  ASSERT_TRUE(Open("college", both).ok());
  ASSERT_TRUE(Lift("lambeth", first.case_id()).ok());
  EXPECT_FALSE(MayRead());
  EXPECT_FALSE(MayRead(CATEGORY_CONTACT));
  EXPECT_TRUE(MayRead(CATEGORY_GOALS));
}

TEST_F(RestrictionTest, OnlyARestrictionIsLifted) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  EXPECT_THAT(Lift("lambeth", opened.case_id()), Refused(StatusCode::kFailedPrecondition, reasons::kWrongState));
}

}  // namespace
}  // namespace nwd::consent
