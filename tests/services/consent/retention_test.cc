// What the retention table says of this service is done: each kind goes when it has had its time, with all that goes with it,
// and nothing sooner.
#include "services/consent/retention.h"

#include "services/consent/erasure_service.h"
#include "services/consent/keys.h"
#include "tests/services/consent/case_desk.h"
#include "tests/testing/project_calendar.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::IsEmpty;

constexpr absl::Duration kDay = absl::Hours(24);

class RetentionTest : public CaseTest {
 protected:
  RetentionTest()
      : schedule_(*retention::Schedule::Load(Cat(NWD_DATA_DIR, "/retention.csv"), "consent")),
        job_(desk_.store(), desk_.clock(), schedule_,
             RetainedKinds(desk_.services().parts(), testing::ProjectCalendar()), [this] { return steady_; }) {
    EXPECT_TRUE(job_.Check().ok()) << job_.Check();
    Round();  // the first one waits
    steady_ += retention::kSettle;
  }
  // As if the service had run for so long.
  void Pass(absl::Duration time) {
    for (absl::Duration step; time > absl::ZeroDuration(); time -= step) {
      step = std::min(time, 40 * kDay);
      desk_.clock().Advance(step);
      steady_ += step;
      Round();
    }
  }
  void Round() {
    const retention::Job::Went went = async::BlockOn(job_.Round());
    ASSERT_TRUE(went.failed.ok()) << went.failed;
    for (const auto& [kind, rows] : went.rows) forgotten_[kind] += rows;
  }
  int Rows(char table) {
    int rows = 0;
    auto count = [&](const store::Reader& reader) {
      return reader.Scan(store::PrefixRange(std::string(1, table)), store::Direction::kForward,
                         [&](std::string_view, std::string_view) {
                           ++rows;
                           return store::Visit::kContinue;
                         });
    };
    EXPECT_TRUE(async::BlockOn(desk_.store().View(count)).ok());
    return rows;
  }
  absl::Duration Kept(std::string_view kind) { return *schedule_.KeptFor(kind); }

  const retention::Schedule schedule_;
  absl::Time steady_ = absl::UnixEpoch();
  retention::Job job_;
  std::map<std::string, int64_t> forgotten_;
};

TEST_F(RetentionTest, AConsentGoesWithItsTermsReceiptsAndDisclosures) {
  const std::string consent = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, consent).ok());
  desk_.Put("lambeth", ref_, desk_.Skills("stonemasonry"));
  ASSERT_TRUE(desk_.Withdraw("lambeth", consent).ok());
  v1::AcknowledgeNoticeRequest answer;
  answer.set_notice_id(NoticesTo("college").front().notice_id());
  answer.set_answer(v1::NOTICE_ANSWER_ERASED);
  ASSERT_TRUE(desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "college", answer).ok());
  const std::string tables = {
      keys::kConsent,        keys::kTerms,        keys::kConsentOfPerson,       keys::kReceipt,
      keys::kDisclosure,     keys::kNotice,       keys::kDisclosureOfRecipient, keys::kNoticePlace,
      keys::kNoticeOfPerson, keys::kRecordVersion};
  Pass(Kept("consents") - kDay);
  for (const char table : tables) EXPECT_GT(Rows(table), 0) << table << " has a day yet";
  Pass(2 * kDay);
  for (const char table : tables) EXPECT_EQ(Rows(table), 0) << table;
  EXPECT_EQ(Rows(keys::kRecord), 1) << "the newest version stays with the person";
  EXPECT_THAT(NoticesTo("college"), IsEmpty());
}

TEST_F(RetentionTest, WhatStandsAndWhatWasRefusedStays) {
  v1::ConsentTerms terms = desk_.Terms({"college"});
  *terms.mutable_valid_until() = ToTimestamp(desk_.clock().Now() + 3600 * kDay);
  const std::string standing = desk_.Give("lambeth", ref_, terms);
  const std::string refused = desk_.Draw("lambeth", ref_, desk_.Terms({"stranger"}));
  desk_.Decide("lambeth", refused, v1::CONSENT_STATE_REFUSED);
  Pass(Kept("consents") + 100 * kDay);
  EXPECT_TRUE(desk_.Check("college", college_ref_, standing)->permitted());
  EXPECT_EQ(desk_.Get("lambeth", refused).state(), v1::CONSENT_STATE_REFUSED);
}

TEST_F(RetentionTest, ANoticeThatNobodyAnsweredStays) {
  const std::string consent = desk_.Give("lambeth", ref_, desk_.Terms({"college"}));
  ASSERT_TRUE(desk_.Read("college", college_ref_, consent).ok());
  ASSERT_TRUE(desk_.Withdraw("lambeth", consent).ok());
  Pass(Kept("notices") + 10 * kDay);
  EXPECT_EQ(NoticesTo("college").size(), 1u);
}

TEST_F(RetentionTest, ACaseGoesAfterItWasClosedAndAnOpenOneDoesNot) {
  const v1::OpenCaseResponse open = Opened("lambeth", ref_, v1::CASE_KIND_ACCESS);
  const v1::OpenCaseResponse closed = Opened("lambeth", ref_, v1::CASE_KIND_COMPLAINT);
  ASSERT_TRUE(Close("lambeth", closed.case_id(), closed.etag(), v1::CASE_OUTCOME_FULFILLED).ok());
  Pass(Kept("cases") + kDay);
  EXPECT_EQ(IdsOf(Cases("lambeth")), std::vector<std::string>{open.case_id()});
  EXPECT_EQ(Rows(keys::kCase), 1);
  EXPECT_EQ(Rows(keys::kCaseOfPerson), 1);
}

TEST_F(RetentionTest, ARestrictionInForceKeepsTheCaseThatLiftsIt) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  ASSERT_TRUE(Close("lambeth", opened.case_id(), opened.etag(), v1::CASE_OUTCOME_FULFILLED).ok());
  Pass(Kept("cases") + kDay);
  EXPECT_EQ(IdsOf(Cases("lambeth")), std::vector<std::string>{opened.case_id()});
  v1::LiftRestrictionRequest lift;
  lift.set_case_id(opened.case_id());
  lift.set_person_told(true);
  ASSERT_TRUE(desk_.Ask(desk_.services().cases(), &CaseService::LiftRestriction, "lambeth", lift).ok());
  Pass(Kept("cases") + kDay);
  EXPECT_THAT(IdsOf(Cases("lambeth")), ::testing::Not(::testing::Contains(opened.case_id())));
}

TEST_F(RetentionTest, ARestrictionThatIsLiftedAndNotAnsweredStays) {
  const v1::OpenCaseResponse opened = Opened("lambeth", ref_, v1::CASE_KIND_RESTRICTION);
  v1::LiftRestrictionRequest lift;
  lift.set_case_id(opened.case_id());
  lift.set_person_told(true);
  ASSERT_TRUE(desk_.Ask(desk_.services().cases(), &CaseService::LiftRestriction, "lambeth", lift).ok());
  Pass(Kept("cases") + kDay);
  EXPECT_EQ(IdsOf(Cases("lambeth")), std::vector<std::string>{opened.case_id()});
}

TEST_F(RetentionTest, SomebodyOfWhomNothingWasHeardIsPutBeforeAHubAdministrator) {
  const auto erasures = [&] {
    return desk_.Ask(desk_.services().erasure(), &ErasureService::ListErasures, "hub", v1::ListErasuresRequest());
  };
  Pass(Kept("people") - kDay);
  EXPECT_THAT(erasures()->erasures(), IsEmpty());
  Pass(2 * kDay);
  ASSERT_EQ(erasures()->erasures_size(), 1);
  EXPECT_EQ(Rows(keys::kPerson), 1) << "a person is not deleted by a job";
  EXPECT_EQ(IdsOf(Cases("lambeth")).size(), 1u) << "who holds them may refuse it";
  Pass(3 * kDay);
  EXPECT_EQ(erasures()->erasures_size(), 1) << "once";
  const v1::Case shown = Cases("lambeth")->cases(0);
  v1::CloseCaseRequest refuse = Closing(shown.case_id(), shown.etag(), v1::CASE_OUTCOME_REFUSED);
  ASSERT_TRUE(Close("lambeth", refuse).ok());
  EXPECT_EQ(Cases("lambeth")->cases(0).answer(), refuse.answer()) << "kept as any other's";
  EXPECT_NE(desk_.metrics().Text().find("nwd_consent_corruptions_total 0"), std::string::npos);
  Pass(300 * kDay);
  EXPECT_THAT(erasures()->erasures(), IsEmpty()) << "they are let be for a year";
  Pass(100 * kDay);
  EXPECT_EQ(erasures()->erasures_size(), 1);
}

TEST_F(RetentionTest, WhoeverIsSeenNowAndThenStays) {
  for (int year = 0; year < 8; ++year) {
    Pass(360 * kDay);
    desk_.Put("college", college_ref_, desk_.Skills(Cat("year ", year)));
  }
  const auto erasures =
      desk_.Ask(desk_.services().erasure(), &ErasureService::ListErasures, "hub", v1::ListErasuresRequest());
  EXPECT_THAT(erasures->erasures(), IsEmpty());
}

}  // namespace
}  // namespace nwd::consent
