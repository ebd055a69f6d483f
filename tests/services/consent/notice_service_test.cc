#include "services/consent/notice_service.h"

#include <thread>

#include "services/consent/limits.h"
#include "tests/services/consent/notice_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

using NoticeServiceTest = NoticeDesk;

TEST_F(NoticeServiceTest, WhoReadIsToldAndWhoDidNotIsNot) {
  const std::string id = GiveReadWithdraw(3);
  const v1::ListNoticesResponse notices = List("college");
  ASSERT_EQ(notices.notices_size(), 1);
  const v1::Notice& notice = notices.notices(0);
  EXPECT_EQ(notice.type(), v1::NOTICE_TYPE_WITHDRAWAL);
  EXPECT_EQ(notice.consent_id(), id);
  EXPECT_EQ(notice.person_ref(), college_ref_);
  EXPECT_EQ(notice.disclosure_ids_size(), 3);
  EXPECT_EQ(notice.disclosure_count(), 3);
  EXPECT_EQ(FromTimestamp(notice.due_time()) - FromTimestamp(notice.create_time()), kNoticeDue);
  EXPECT_EQ(List("stranger").notices_size(), 0);
}

TEST_F(NoticeServiceTest, WhoReadOnlyUnderTheConsentThatWasReplacedIsToldToo) {
  const std::string first = desk_.Give("lambeth", ref_, desk_.Terms({"college", "stranger"}));
  const std::string stranger_ref = desk_.RefFor("stranger", ref_, "lambeth");
  ASSERT_TRUE(desk_.Read("college", college_ref_, first).ok());
  ASSERT_TRUE(desk_.Read("stranger", stranger_ref, first).ok());
  desk_.clock().Advance(absl::Seconds(1));
  std::string last = first;
  for (int renewals = 0; renewals < 2; ++renewals) {
    v1::ConsentTerms terms = desk_.Terms({"college"});
    terms.set_supersedes_consent_id(last);
    last = desk_.Give("lambeth", ref_, terms);
    desk_.clock().Advance(absl::Seconds(1));
  }
  ASSERT_TRUE(desk_.Read("college", college_ref_, last).ok());
  const auto withdrawn = desk_.Withdraw("lambeth", last);
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(withdrawn->notices(), 2);
  ASSERT_EQ(List("stranger").notices_size(), 1);
  EXPECT_EQ(List("stranger").notices(0).consent_id(), first) << "the one it read under, which is all it knows of";
  EXPECT_EQ(List("stranger").notices(0).disclosure_ids_size(), 1);
  ASSERT_EQ(List("college").notices_size(), 1) << "once";
  EXPECT_EQ(List("college").notices(0).consent_id(), last);
}

TEST_F(NoticeServiceTest, AConsentThatTookNoPlaceTellsNobodyOfTheOneItCites) {
  const std::string first = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, first).ok());
  ASSERT_EQ(desk_.Withdraw("lambeth", first)->notices(), 1);
  desk_.clock().Advance(absl::Seconds(1));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(first);
  const std::string last = desk_.Give("lambeth", ref_, terms);
  EXPECT_EQ(desk_.Withdraw("lambeth", last)->notices(), 0);
  EXPECT_EQ(List("college").notices_size(), 1) << "of the first withdrawal";
}

TEST_F(NoticeServiceTest, ALongListOfDisclosuresIsCounted) {
  GiveReadWithdraw(kNoticeDisclosuresMax + 5);
  const v1::Notice notice = List("college").notices(0);
  EXPECT_EQ(notice.disclosure_ids_size(), kNoticeDisclosuresMax);
  EXPECT_EQ(notice.disclosure_count(), kNoticeDisclosuresMax + 5);
}

TEST_F(NoticeServiceTest, AWatcherGetsAllInOrderAndGoesOnWhereItStopped) {
  std::vector<std::string> consents;
  for (int i = 0; i < 4; ++i) consents.push_back(GiveReadWithdraw(1));
  const auto first = Watch("college", "", 2);
  EXPECT_TRUE(absl::IsCancelled(ended_)) << ended_;
  ASSERT_GE(first.size(), 2u);
  const auto rest = Watch("college", first[1].cursor(), 2);
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].notice().consent_id(), consents[2]);
  EXPECT_EQ(rest[1].notice().consent_id(), consents[3]);
}

TEST_F(NoticeServiceTest, ANoticeReachesWhoIsWaitingForIt) {
  const std::string id = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, id).ok());
  std::vector<v1::WatchNoticesResponse> seen;
  std::thread watcher([&] { seen = Watch("college", "", 1); });
  ASSERT_TRUE(desk_.Withdraw("lambeth", id).ok());
  watcher.join();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].notice().consent_id(), id);
}

TEST_F(NoticeServiceTest, AnothersCursorIsNoCursor) {
  GiveReadWithdraw(1);
  const auto seen = Watch("college", "", 1);
  Watch("stranger", seen[0].cursor(), 1);
  EXPECT_THAT(ended_, Refused(absl::StatusCode::kInvalidArgument, "INVALID_TOKEN"));
}

TEST_F(NoticeServiceTest, ASuspendedWatchersStreamEnds) {
  GiveReadWithdraw(1);
  access::Organisation college = *desk_.registry().FindById(desk_.IdOf("college"));
  college.state = ORGANISATION_STATE_SUSPENDED;
  desk_.registry().Set(college);
  EXPECT_TRUE(Watch("college", "", 1).empty());
  EXPECT_TRUE(absl::IsPermissionDenied(ended_)) << ended_;
}

TEST_F(NoticeServiceTest, AnAnswerStands) {
  GiveReadWithdraw(1);
  const std::string id = List("college").notices(0).notice_id();
  const auto answered = Answer("college", id, v1::NOTICE_ANSWER_ERASED);
  ASSERT_TRUE(answered.ok()) << answered.status();
  desk_.clock().Advance(absl::Hours(1));
  const auto again = Answer("college", id, v1::NOTICE_ANSWER_ERASED);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(FromTimestamp(again->answer_time()), FromTimestamp(answered->answer_time()));
  EXPECT_THAT(Answer("college", id, v1::NOTICE_ANSWER_RETAINED, "legal obligation"),
              Refused(absl::StatusCode::kFailedPrecondition, "ALREADY_ANSWERED"));
  EXPECT_EQ(List("college", /*open_only=*/true).notices_size(), 0);
  EXPECT_EQ(List("college").notices(0).answer(), v1::NOTICE_ANSWER_ERASED);
  EXPECT_EQ(desk_.Audited("notice.answered"), 1);
}

TEST_F(NoticeServiceTest, ARetryWithItsRequestIdAnswersOnce) {
  GiveReadWithdraw(1);
  v1::AcknowledgeNoticeRequest request;
  request.set_request_id(ids::Uuid::Random().ToString());
  request.set_notice_id(List("college").notices(0).notice_id());
  request.set_answer(v1::NOTICE_ANSWER_RETAINED);
  request.set_retained_basis("legal obligation");
  const auto first = desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "college", request);
  desk_.clock().Advance(absl::Hours(1));
  const auto again = desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "college", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(desk_.Audited("notice.answered"), 1);
  request.set_retained_basis("contract");
  EXPECT_THAT(desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "college", request),
              Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
}

TEST_F(NoticeServiceTest, RetainingNeedsAnotherBasis) {
  GiveReadWithdraw(1);
  const std::string id = List("college").notices(0).notice_id();
  EXPECT_THAT(Answer("college", id, v1::NOTICE_ANSWER_RETAINED), Invalid());
  EXPECT_THAT(Answer("college", id, v1::NOTICE_ANSWER_ERASED, "legal obligation"), Invalid());
  EXPECT_THAT(Answer("college", id, v1::NOTICE_ANSWER_CORRECTED), Invalid()) << "a withdrawal cannot be corrected away";
  ASSERT_TRUE(Answer("college", id, v1::NOTICE_ANSWER_RETAINED, "legal obligation: ESFA funding rules").ok());
  EXPECT_EQ(List("college").notices(0).retained_basis(), "legal obligation: ESFA funding rules");
  EXPECT_TRUE(Answer("college", id, v1::NOTICE_ANSWER_RETAINED, "legal obligation: ESFA funding rules").ok());
}

TEST_F(NoticeServiceTest, AnothersNoticeIsNotThere) {
  GiveReadWithdraw(1);
  const std::string id = List("college").notices(0).notice_id();
  EXPECT_THAT(Answer("stranger", id, v1::NOTICE_ANSWER_ERASED), Denied());
  EXPECT_THAT(Answer("stranger", ids::Uuid::Random().ToString(), v1::NOTICE_ANSWER_ERASED), Denied());
}

TEST_F(NoticeServiceTest, ListsPageByPageAlsoOnlyTheOpen) {
  for (int i = 0; i < 5; ++i) GiveReadWithdraw(1);
  const v1::ListNoticesResponse all = List("college");
  ASSERT_TRUE(Answer("college", all.notices(1).notice_id(), v1::NOTICE_ANSWER_ERASED).ok());
  v1::ListNoticesRequest request;
  request.set_open_only(true);
  request.set_page_size(2);
  std::vector<std::string> open;
  do {
    const auto page = desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, "college", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Notice& notice : page->notices()) open.push_back(notice.notice_id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(open, ::testing::ElementsAre(all.notices(0).notice_id(), all.notices(2).notice_id(),
                                           all.notices(3).notice_id(), all.notices(4).notice_id()));
}

// Two people who are enrolled with a channel, which is to tell them of an emergency access.
class ChannelNoticesTest : public NoticeServiceTest {
 protected:
  ChannelNoticesTest() {
    desk_.AddChannel("app");
    desk_.Add("crisis", ORGANISATION_KIND_HEALTH, {ROLE_AGENCY, ROLE_SAFEGUARDING});
    for (const char* name : {"Ben Sample", "Cy Sample"}) {
      const std::string ref = desk_.Register("crisis", name);
      refs_.push_back(ref);
      app_refs_.push_back(desk_.Enrol("app", "crisis", ref));
    }
  }
  void Tell(size_t person) {
    v1::OpenEmergencyAccessRequest request;
    request.set_person_ref(refs_[person]);
    request.set_reason("does not answer the telephone");
    request.set_lawful_basis(LAWFUL_BASIS_VITAL_INTERESTS);
    request.add_categories(CATEGORY_CONTACT);
    const auto opened =
        desk_.Ask(desk_.services().emergency(), &EmergencyService::OpenEmergencyAccess, "crisis", request);
    EXPECT_TRUE(opened.ok()) << opened.status();
  }
  std::vector<std::string> People(const v1::ListNoticesResponse& list) {
    std::vector<std::string> people;
    for (const v1::Notice& notice : list.notices()) people.push_back(notice.person_ref());
    return people;
  }
  std::vector<std::string> refs_, app_refs_;
};

TEST_F(ChannelNoticesTest, AreOfThePeopleItActsForNow) {
  Tell(0);
  Tell(1);
  const v1::ListNoticesResponse before = List("app");
  ASSERT_THAT(People(before), ::testing::ElementsAre(app_refs_[0], app_refs_[1]));
  ASSERT_TRUE(desk_.EndEnrolment("crisis", refs_[0], "app").ok());
  EXPECT_THAT(People(List("app")), ::testing::ElementsAre(app_refs_[1]));
  EXPECT_THAT(People(List("app", /*open_only=*/true)), ::testing::ElementsAre(app_refs_[1]));
  const absl::Status gone = Answer("app", before.notices(0).notice_id(), v1::NOTICE_ANSWER_TOLD).status();
  EXPECT_EQ(WireTextOf(gone), WireTextOf(status::Denied()));
  EXPECT_EQ(WireTextOf(gone),
            WireTextOf(Answer("app", ids::Uuid::Random().ToString(), v1::NOTICE_ANSWER_TOLD).status()));
  EXPECT_TRUE(Answer("app", before.notices(1).notice_id(), v1::NOTICE_ANSWER_TOLD).ok());
  desk_.Enrol("app", "crisis", refs_[0]);
  EXPECT_THAT(People(List("app")), ::testing::ElementsAre(app_refs_[0], app_refs_[1])) << "who comes back finds it";
}

TEST_F(ChannelNoticesTest, GoOnPastThoseThatAreNotShown) {
  for (const size_t person : {0u, 0u, 1u, 0u, 1u}) Tell(person);
  ASSERT_TRUE(desk_.EndEnrolment("crisis", refs_[0], "app").ok());
  const auto seen = Watch("app", "", 2);
  ASSERT_EQ(seen.size(), 2u);
  for (const v1::WatchNoticesResponse& each : seen) EXPECT_EQ(each.notice().person_ref(), app_refs_[1]);
  const auto rest = Watch("app", seen[0].cursor(), 1);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].notice().notice_id(), seen[1].notice().notice_id());

  v1::ListNoticesRequest request;
  request.set_page_size(1);
  std::vector<std::string> listed;
  do {
    const auto page = desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, "app", request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Notice& notice : page->notices()) listed.push_back(notice.notice_id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(listed, ::testing::ElementsAre(seen[0].notice().notice_id(), seen[1].notice().notice_id()));
}

}  // namespace
}  // namespace nwd::consent
