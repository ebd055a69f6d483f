// Notices that nobody answers: reminded of, then put before the hub's administrators.
#include "services/consent/notice_steps.h"

#include "common/log/capture.h"
#include "common/receipt/envelope.h"
#include "common/receipt/notice_answer.h"
#include "tests/services/consent/notice_desk.h"

namespace nwd::consent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class NoticeStepsTest : public NoticeDesk {
 protected:
  NoticeStepsTest() { desk_.Add("office", common::v1::ORGANISATION_KIND_VCS, {common::v1::ROLE_HUB_ADMIN}); }

  void Follow() {
    const absl::Status followed = async::BlockOn(desk_.services().janitor().FollowNotices());
    ASSERT_TRUE(followed.ok()) << followed;
  }
  void Pass(absl::Duration time) {
    desk_.clock().Advance(time);
    Follow();
  }
  absl::StatusOr<v1::ListOverdueNoticesResponse> Overdue(int page_size = 0, const std::string& token = "") {
    v1::ListOverdueNoticesRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    return desk_.Ask(desk_.services().notice(), &NoticeService::ListOverdueNotices, "office", request);
  }
  // What a watcher that was away gets, as the reminders' numbers.
  std::vector<int> Reminders(size_t enough) {
    std::vector<int> numbers;
    for (const v1::WatchNoticesResponse& seen : Watch("college", "", enough))
      numbers.push_back(seen.notice().reminders());
    return numbers;
  }
};

TEST_F(NoticeStepsTest, WhoDoesNotAnswerIsRemindedEachWeekFourTimes) {
  GiveReadWithdraw(1);
  Pass(kRemindEvery - absl::Seconds(1));
  EXPECT_THAT(Reminders(1), ElementsAre(0));
  Pass(absl::Seconds(1));
  EXPECT_THAT(Reminders(2), ElementsAre(0, 1));
  for (int weeks = 2; weeks <= 10; ++weeks) Pass(kRemindEvery);
  EXPECT_THAT(Reminders(5), ElementsAre(0, 1, 2, 3, 4));
  ASSERT_EQ(List("college").notices_size(), 1) << "it is one notice";
  EXPECT_EQ(List("college").notices(0).reminders(), kRemindersMax);
  EXPECT_EQ(List("college", /*open_only=*/true).notices_size(), 1);
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notice_reminders_total 4"));
}

TEST_F(NoticeStepsTest, AReminderReachesAWatcherThatHasSeenTheNotice) {
  const std::string id = GiveReadWithdraw(1);
  const auto first = Watch("college", "", 1);
  ASSERT_EQ(first.size(), 1u);
  std::vector<v1::WatchNoticesResponse> seen;
  std::thread watcher([&] { seen = Watch("college", first[0].cursor(), 1); });
  Pass(kRemindEvery);
  watcher.join();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].notice().notice_id(), first[0].notice().notice_id());
  EXPECT_EQ(seen[0].notice().consent_id(), id);
  EXPECT_EQ(seen[0].notice().reminders(), 1);
}

TEST_F(NoticeStepsTest, OfWhatWasAnsweredNobodyIsReminded) {
  GiveReadWithdraw(1);
  Pass(kRemindEvery);
  ASSERT_TRUE(Answer("college", List("college").notices(0).notice_id(), v1::NOTICE_ANSWER_ERASED).ok());
  for (int weeks = 2; weeks <= 6; ++weeks) Pass(kRemindEvery);
  GiveReadWithdraw(1);
  EXPECT_THAT(Reminders(2), ElementsAre(0, 0)) << "the reminder sent before the answer is passed over";
  EXPECT_THAT(Overdue()->notices(), IsEmpty());
}

TEST_F(NoticeStepsTest, AServiceThatWasAwayForWeeksRemindsOnce) {
  GiveReadWithdraw(1);
  desk_.clock().Advance(3 * kRemindEvery);
  desk_.Restart();
  Follow();
  EXPECT_THAT(Reminders(2), ElementsAre(0, 3));
}

TEST_F(NoticeStepsTest, WhatIsOverdueIsPutBeforeTheAdministratorsUntilItIsAnswered) {
  log::Capture capture;
  GiveReadWithdraw(1);
  const v1::Notice notice = List("college").notices(0);
  Pass(kNoticeDue - absl::Seconds(1));
  EXPECT_THAT(Overdue()->notices(), IsEmpty());
  Pass(absl::Seconds(1));
  const auto overdue = Overdue();
  ASSERT_TRUE(overdue.ok()) << overdue.status();
  ASSERT_EQ(overdue->notices_size(), 1);
  const v1::OverdueNotice& told = overdue->notices(0);
  EXPECT_EQ(told.notice_id(), notice.notice_id());
  EXPECT_EQ(told.type(), v1::NOTICE_TYPE_WITHDRAWAL);
  EXPECT_EQ(told.recipient_organisation_id(), desk_.IdOf("college"));
  EXPECT_EQ(told.due_time().seconds(), notice.due_time().seconds());
  EXPECT_EQ(FromTimestamp(told.escalate_time()), desk_.clock().Now());
  EXPECT_FALSE(told.unable_to_answer());
  EXPECT_TRUE(List("college").notices(0).has_escalate_time()) << "its recipient sees that, too";
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notices_open 1"));
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notices_overdue 1"));
  Pass(kRemindEvery);

  int said = 0;
  for (const std::string& line : capture.Lines()) {
    if (line.find("consent.notice_overdue") == std::string::npos) continue;
    ++said;
    EXPECT_THAT(line, HasSubstr("\"organisation\":\"college\""));
    EXPECT_THAT(line, Not(HasSubstr(college_ref_)));
  }
  EXPECT_EQ(said, 1) << "once";

  ASSERT_TRUE(Answer("college", notice.notice_id(), v1::NOTICE_ANSWER_ERASED).ok());
  Follow();
  EXPECT_THAT(Overdue()->notices(), IsEmpty());
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notices_open 0"));
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notices_overdue 0"));
}

TEST_F(NoticeStepsTest, OneThatLeftIsShownAsUnableToAnswer) {
  GiveReadWithdraw(1);
  access::Organisation college = *desk_.registry().FindById(desk_.IdOf("college"));
  college.state = common::v1::ORGANISATION_STATE_LEFT;
  desk_.registry().Set(college);
  Pass(kNoticeDue);
  ASSERT_EQ(Overdue()->notices_size(), 1);
  EXPECT_TRUE(Overdue()->notices(0).unable_to_answer());
}

TEST_F(NoticeStepsTest, OverdueOnesAreListedPageByPageTheLongestFirst) {
  std::vector<std::string> expected, listed;
  for (int i = 0; i < 5; ++i) {
    GiveReadWithdraw(1);
    expected.push_back(List("college").notices(i).notice_id());
    desk_.clock().Advance(absl::Minutes(1));
  }
  Pass(kNoticeDue);
  std::string token;
  do {
    const auto page = Overdue(2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::OverdueNotice& notice : page->notices()) listed.push_back(notice.notice_id());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(listed, expected);
  std::string forged = Overdue(2)->next_page_token();
  forged[forged.size() / 2] ^= 1;
  v1::ListNoticesRequest another;
  another.set_page_size(2);
  const auto other =
      desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, "college", another)->next_page_token();
  for (const std::string& wrong : {forged, other, std::string("AAAA"), forged.substr(0, 8)}) {
    EXPECT_THAT(Overdue(2, wrong), Refused(absl::StatusCode::kInvalidArgument, "INVALID_TOKEN")) << wrong;
  }
}

TEST_F(NoticeStepsTest, ManyFallDueAtOnceAndNoneIsPassedOver) {
  const int many = static_cast<int>(2 * kNoticesFollowedUpMax) + 1;
  storage::Notice notice;
  notice.set_type(v1::NOTICE_TYPE_WITHDRAWAL);
  notice.set_create_time_us(Micros(desk_.clock().Now()));
  notice.set_due_time_us(Micros(desk_.clock().Now() + kNoticeDue));
  auto send = [&](store::Txn& txn) -> absl::Status {
    for (int i = 0; i < many; ++i) {
      NWD_RETURN_IF_ERROR(notices::Add(txn, *ids::Uuid::Parse(desk_.IdOf("college")), notice));
    }
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(send)).ok());
  Pass(kRemindEvery);
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr(Cat("nwd_consent_notice_reminders_total ", many)));
}

TEST_F(NoticeStepsTest, WhatAChannelWasToTellAPersonWhoHasLeftItIsFollowedNoFurther) {
  desk_.AddChannel("app");
  desk_.Add("crisis", common::v1::ORGANISATION_KIND_HEALTH, {common::v1::ROLE_AGENCY, common::v1::ROLE_SAFEGUARDING});
  const std::string ref = desk_.Register("crisis", "Ben Sample");
  const std::string app_ref = desk_.Enrol("app", "crisis", ref);
  const ids::Uuid person = *ids::Uuid::Parse(desk_.PersonId("crisis", ref));
  storage::Notice notice;
  notice.set_type(v1::NOTICE_TYPE_EMERGENCY_ACCESS);
  notice.set_person_id(std::string(person.bytes()));
  notice.set_create_time_us(Micros(desk_.clock().Now()));
  notice.set_due_time_us(Micros(desk_.clock().Now() + kNoticeDue));
  auto send = [&](store::Txn& txn) { return notices::Add(txn, *ids::Uuid::Parse(desk_.IdOf("app")), notice); };
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(async::BlockOn(desk_.store().Update(send)).ok());
  Pass(kRemindEvery);
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notices_open 2"));
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notice_reminders_total 2"));
  ASSERT_TRUE(desk_.EndEnrolment("app", app_ref, "app").ok());
  Pass(kRemindEvery);
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notices_open 0"));
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notice_reminders_total 2"));
  EXPECT_THAT(Overdue()->notices(), IsEmpty());
  // Back again, they answer it after all.
  desk_.Enrol("app", "crisis", ref);
  const std::string id = List("app").notices(0).notice_id();
  ASSERT_TRUE(Answer("app", id, v1::NOTICE_ANSWER_TOLD).ok());
  GiveReadWithdraw(1);
  Follow();
  EXPECT_THAT(desk_.metrics().Text(), HasSubstr("nwd_consent_notices_open 1")) << "the one of the withdrawal";
}

// The receipt of an answer.

class NoticeReceiptTest : public NoticeDesk {
 protected:
  static receipt::Envelope EnvelopeOf(const v1::AcknowledgeNoticeResponse& response) {
    return {response.content(), response.signature(), response.key_id(), response.public_key()};
  }
};

TEST_F(NoticeReceiptTest, AnAnswerLeavesASignedReceiptThatSaysWhatWasAnswered) {
  const std::string consent_id = GiveReadWithdraw(3);
  const v1::Notice notice = List("college").notices(0);
  const auto answered = Answer("college", notice.notice_id(), v1::NOTICE_ANSWER_RETAINED, "legal obligation: funding");
  ASSERT_TRUE(answered.ok()) << answered.status();
  const receipt::Envelope envelope = EnvelopeOf(*answered);
  EXPECT_EQ(receipt::Check(envelope, *receipt::CarriedKey(envelope)), receipt::Verdict::kGenuine);
  const auto told = receipt::ReadNoticeAnswer(answered->content());
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->notice_id, notice.notice_id());
  EXPECT_EQ(told->type, v1::NOTICE_TYPE_WITHDRAWAL);
  EXPECT_EQ(told->consent_id, consent_id);
  EXPECT_EQ(told->disclosures, 3);
  EXPECT_EQ(told->recipient, (receipt::Organisation{desk_.IdOf("college"), "college"}));
  EXPECT_EQ(told->answer, v1::NOTICE_ANSWER_RETAINED);
  EXPECT_EQ(told->retained_basis, "legal obligation: funding");
  EXPECT_EQ(told->time, FromTimestamp(answered->answer_time()));
  EXPECT_THAT(answered->content(), Not(HasSubstr(college_ref_)));

  desk_.clock().Advance(absl::Hours(1));
  const auto again = Answer("college", notice.notice_id(), v1::NOTICE_ANSWER_RETAINED, "legal obligation: funding");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->content(), answered->content()) << "the bytes are fixed with the answer";
}

TEST_F(NoticeReceiptTest, WhatStandsInItIsSealedOnDisk) {
  GiveReadWithdraw(1);
  const std::string basis = "legal obligation: a court order about Ada";
  ASSERT_TRUE(Answer("college", List("college").notices(0).notice_id(), v1::NOTICE_ANSWER_RETAINED, basis).ok());
  std::string all;
  auto look = [&](const store::Reader& reader) {
    return reader.Scan({"", ""}, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
      all += Cat(key, value);
      return store::Visit::kContinue;
    });
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().View(look)).ok());
  EXPECT_THAT(all, Not(HasSubstr(basis)));
}

TEST_F(NoticeReceiptTest, OfAPersonWhoWasErasedItStandsWithoutThem) {
  GiveReadWithdraw(1);
  const ids::Uuid person = *desk_.services().references().PersonOf(*ids::Uuid::Parse(desk_.IdOf("lambeth")), ref_);
  const std::string id = List("college").notices(0).notice_id();
  ASSERT_TRUE(async::BlockOn(desk_.services().person_keys().Destroy(person)).ok());
  const auto answered = Answer("college", id, v1::NOTICE_ANSWER_ERASED);
  ASSERT_TRUE(answered.ok()) << answered.status();
  const receipt::Envelope envelope = EnvelopeOf(*answered);
  EXPECT_EQ(receipt::Check(envelope, *receipt::CarriedKey(envelope)), receipt::Verdict::kGenuine);
  EXPECT_EQ(receipt::ReadNoticeAnswer(answered->content())->answer, v1::NOTICE_ANSWER_ERASED);
}

}  // namespace
}  // namespace nwd::consent
