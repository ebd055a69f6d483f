#include "services/consent/corroboration_service.h"

#include "services/consent/limits.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr char kNino[] = "AB123456C";
constexpr char kRequestId[] = "7f3c0b1e-0000-4000-8000-000000000001";
constexpr char kWrong[] = "0000-0000-0000";

// The college captured a consent that lets itself read what Lambeth and the jobcentre put in.
class CorroborationServiceTest : public ::testing::Test {
 protected:
  CorroborationServiceTest() {
    for (const char* who : {"lambeth", "jobcentre", "college", "stranger"}) {
      desk_.Add(who, ORGANISATION_KIND_BOROUGH);
      refs_[who] = desk_.Register(who, "Ada Lovelace", kNino);
    }
    consent_ = desk_.Give("college", refs_["college"], desk_.Terms({"college"}));
  }
  void Contact(const std::string& who) { desk_.Put(who, refs_[who], desk_.Contact("020 7946 0018", false)); }
  absl::StatusOr<v1::RequestCorroborationCodeResponse> AskFor(const std::string& who, const std::string& consent_id,
                                                              const std::string& request_id = "") {
    v1::RequestCorroborationCodeRequest request;
    request.set_request_id(request_id);
    request.set_consent_id(consent_id);
    return desk_.Ask(desk_.services().corroboration(), &CorroborationService::RequestCorroborationCode, who, request);
  }
  std::vector<v1::Notice> NoticesOf(const std::string& who) {
    const auto listed =
        desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, who, v1::ListNoticesRequest());
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->notices().begin(), listed->notices().end()};
  }
  // What the person is sent, and reads out.
  std::string CodeAt(const std::string& who) {
    const std::vector<v1::Notice> notices = NoticesOf(who);
    EXPECT_FALSE(notices.empty());
    return notices.empty() ? "" : notices.back().code();
  }
  bool Permitted() {
    return desk_.Check("college", refs_["college"], consent_, {CATEGORY_SKILLS, CATEGORY_CONTACT})->permitted();
  }
  Desk desk_;
  std::map<std::string, std::string> refs_;
  std::string consent_;
};

TEST_F(CorroborationServiceTest, ACodeThatReachedThePersonThroughSomebodyElseOpensEverything) {
  Contact("lambeth");
  desk_.Put("jobcentre", refs_["jobcentre"], desk_.Skills("bricklaying"));
  const auto asked = AskFor("college", consent_);
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(FromTimestamp(asked->expire_time()), desk_.clock().Now() + kCorroborationCodeKept);
  const std::vector<v1::Notice> notices = NoticesOf("lambeth");
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].type(), v1::NOTICE_TYPE_SEND_CODE);
  EXPECT_EQ(notices[0].person_ref(), refs_["lambeth"]);
  EXPECT_EQ(notices[0].consent_id(), consent_);
  EXPECT_EQ(notices[0].due_time().seconds(), asked->expire_time().seconds());

  EXPECT_FALSE(Permitted());
  ASSERT_TRUE(desk_.Corroborate("college", consent_, notices[0].code()).ok());
  EXPECT_TRUE(Permitted());
  EXPECT_TRUE(desk_.Get("college", consent_).corroborated());
  EXPECT_EQ(desk_.Read("college", refs_["college"], consent_, {CATEGORY_SKILLS, CATEGORY_CONTACT})->entries_size(), 2);
  EXPECT_EQ(CodeAt("lambeth"), "") << "used";
  EXPECT_EQ(desk_.Audited("consent.code-asked"), 1);
  EXPECT_EQ(desk_.Audited("consent.corroborated"), 1);
}

TEST_F(CorroborationServiceTest, NeitherTheCaptorNorARecipientIsAskedToSendIt) {
  Contact("college");
  EXPECT_TRUE(AskFor("college", consent_).ok()) << "whether anybody sends it is not said";
  EXPECT_TRUE(NoticesOf("college").empty());
  const std::string wide = desk_.Give("college", refs_["college"], desk_.Terms({"college", "lambeth"}));
  Contact("lambeth");
  EXPECT_TRUE(AskFor("college", wide).ok());
  EXPECT_TRUE(NoticesOf("lambeth").empty());
  EXPECT_TRUE(AskFor("college", consent_).ok());
  EXPECT_EQ(NoticesOf("lambeth").size(), 1u) << "of that one Lambeth is no recipient";
}

TEST_F(CorroborationServiceTest, WhoRecordedAContactLastSendsItIfItIsThere) {
  Contact("lambeth");
  desk_.clock().Advance(absl::Seconds(1));
  Contact("jobcentre");
  desk_.clock().Advance(absl::Seconds(1));
  v1::RecordSection empty;
  empty.mutable_contact()->set_contact_notes("not before noon");
  desk_.Put("stranger", refs_["stranger"], empty);
  ASSERT_TRUE(AskFor("college", consent_).ok());
  EXPECT_EQ(NoticesOf("jobcentre").size(), 1u);
  access::Organisation left = *desk_.registry().FindById(desk_.IdOf("jobcentre"));
  left.state = ORGANISATION_STATE_LEFT;
  desk_.registry().Set(left);
  ASSERT_TRUE(AskFor("college", consent_).ok());
  EXPECT_EQ(NoticesOf("lambeth").size(), 1u);
}

TEST_F(CorroborationServiceTest, NobodyIsSentACodeWhomContactMayEndanger) {
  Contact("lambeth");
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_do_not_contact(true);
  EXPECT_TRUE(AskFor("college", desk_.Give("college", refs_["college"], terms)).ok());
  EXPECT_TRUE(NoticesOf("lambeth").empty());
}

TEST_F(CorroborationServiceTest, NobodyIsSentACodeWhomContactMayEndangerAsAnotherConsentSaysThatIsNotOver) {
  Contact("lambeth");
  v1::ConsentTerms terms = desk_.Terms({"stranger"});
  terms.set_do_not_contact(true);
  const std::string others = desk_.Give("lambeth", refs_["lambeth"], terms);
  EXPECT_TRUE(AskFor("college", consent_).ok());
  EXPECT_TRUE(NoticesOf("lambeth").empty());
  ASSERT_TRUE(desk_.Withdraw("lambeth", others).ok());
  EXPECT_TRUE(AskFor("college", consent_).ok());
  EXPECT_EQ(NoticesOf("lambeth").size(), 1u);
}

TEST_F(CorroborationServiceTest, OnlyTheCaptorAsksAndOnlyWhereACodeWouldShowSomething) {
  Contact("lambeth");
  EXPECT_THAT(AskFor("lambeth", consent_), Denied());
  EXPECT_THAT(AskFor("stranger", ids::Uuid::Random().ToString()), Denied());
  EXPECT_THAT(AskFor("lambeth", desk_.Give("lambeth", refs_["lambeth"], desk_.Terms({"college"}))), Invalid());
  ASSERT_TRUE(desk_.Withdraw("college", consent_).ok());
  EXPECT_THAT(AskFor("college", consent_), Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
  const std::string confirmed = desk_.Give("college", refs_["college"], desk_.Terms({"college"}));
  ASSERT_TRUE(AskFor("college", confirmed).ok());
  ASSERT_TRUE(desk_.Corroborate("college", confirmed, CodeAt("lambeth")).ok());
  EXPECT_THAT(AskFor("college", confirmed), Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE"));
}

TEST_F(CorroborationServiceTest, ThePersonConfirmsOnlyWhatTheyHaveGivenSoThatTheirNotYetStands) {
  Contact("lambeth");
  desk_.AddChannel("app");
  desk_.Enrol("app", "lambeth", refs_["lambeth"]);
  const auto wrong_state = Refused(absl::StatusCode::kFailedPrecondition, "WRONG_STATE");
  const std::string id = desk_.Draw("college", refs_["college"], desk_.Terms({"college"}));
  const auto nothing_confirms = [&](const char* state) {
    EXPECT_THAT(AskFor("college", id), wrong_state) << state;
    EXPECT_THAT(desk_.Corroborate("college", id, kWrong), wrong_state) << state;
    EXPECT_THAT(desk_.Corroborate("app", id), wrong_state) << state;
  };
  nothing_confirms("REQUESTED");
  desk_.Decide("app", id, v1::CONSENT_STATE_DEFERRED);
  nothing_confirms("DEFERRED");
  EXPECT_TRUE(NoticesOf("lambeth").empty());

  v1::RequestConsentRequest again;
  again.set_consent_id(id);
  again.set_etag(desk_.Get("college", id).etag());
  ASSERT_TRUE(desk_.Ask(desk_.services().decision(), &DecisionService::RequestConsent, "college", again).ok());
  desk_.Decide("college", id, v1::CONSENT_STATE_GIVEN);
  EXPECT_FALSE(desk_.Get("college", id).corroborated()) << "the captor said yes alone";
  EXPECT_FALSE(desk_.Check("college", refs_["college"], id, {CATEGORY_CONTACT})->permitted());
}

TEST_F(CorroborationServiceTest, WhatIsLetRestIsConfirmedToo) {
  Contact("lambeth");
  ASSERT_TRUE(desk_.Suspend("college", consent_, v1::SUSPEND_REASON_IN_DOUBT).ok());
  ASSERT_TRUE(AskFor("college", consent_).ok());
  EXPECT_TRUE(desk_.Corroborate("college", consent_, CodeAt("lambeth")).ok());
  EXPECT_TRUE(desk_.Get("college", consent_).corroborated());
}

TEST_F(CorroborationServiceTest, FiveWrongCodesEndItAndARefusalCounts) {
  Contact("lambeth");
  ASSERT_TRUE(AskFor("college", consent_).ok());
  const std::string code = CodeAt("lambeth");
  for (int i = 0; i < kCorroborationTriesMax; ++i) {
    EXPECT_THAT(desk_.Corroborate("college", consent_, kWrong), Denied());
    desk_.Restart();
  }
  EXPECT_THAT(desk_.Corroborate("college", consent_, code), Denied());
  EXPECT_EQ(CodeAt("lambeth"), "") << "it serves no more";
  EXPECT_FALSE(Permitted());
  EXPECT_EQ(desk_.Audited("consent.code-refused"), kCorroborationTriesMax + 1);
  ASSERT_TRUE(AskFor("college", consent_).ok());
  EXPECT_TRUE(desk_.Corroborate("college", consent_, CodeAt("lambeth")).ok());
  EXPECT_TRUE(Permitted());
}

TEST_F(CorroborationServiceTest, AWrongAUsedALateAndAReplacedCodeAreOneAnswer) {
  Contact("lambeth");
  std::vector<absl::Status> refused;
  refused.push_back(desk_.Corroborate("college", consent_, kWrong).status());  // none was asked for
  ASSERT_TRUE(AskFor("college", consent_).ok());
  const std::string replaced = CodeAt("lambeth");
  ASSERT_TRUE(AskFor("college", consent_).ok());
  refused.push_back(desk_.Corroborate("college", consent_, replaced).status());
  EXPECT_EQ(NoticesOf("lambeth")[0].code(), "") << "that of the first notice is not shown any more";
  refused.push_back(desk_.Corroborate("college", consent_, "no code at all").status());
  const std::string late = CodeAt("lambeth");
  desk_.clock().Advance(kCorroborationCodeKept);
  EXPECT_EQ(CodeAt("lambeth"), "");
  refused.push_back(desk_.Corroborate("college", consent_, late).status());
  ASSERT_TRUE(AskFor("college", consent_).ok());
  const std::string used = CodeAt("lambeth");
  ASSERT_TRUE(desk_.Corroborate("college", consent_, used).ok());
  refused.push_back(desk_.Corroborate("college", consent_, used).status());
  refused.push_back(desk_.Corroborate("college", ids::Uuid::Random().ToString(), used).status());
  for (const absl::Status& status : refused) EXPECT_EQ(WireTextOf(status), WireTextOf(status::Denied()));
}

TEST_F(CorroborationServiceTest, ACodeIsTheCaptorsToTell) {
  Contact("lambeth");
  ASSERT_TRUE(AskFor("college", consent_).ok());
  EXPECT_EQ(FieldsOf(desk_.Corroborate("lambeth", consent_, CodeAt("lambeth")).status()),
            std::vector<std::string>{"code"})
      << "Lambeth vouches for its own data without one";
  EXPECT_THAT(desk_.Corroborate("stranger", consent_, CodeAt("lambeth")), Denied());
  desk_.AddChannel("app");
  desk_.Enrol("app", "lambeth", refs_["lambeth"]);
  EXPECT_EQ(FieldsOf(desk_.Corroborate("app", consent_, CodeAt("lambeth")).status()), std::vector<std::string>{"code"});
}

TEST_F(CorroborationServiceTest, ACodeOfOneConsentConfirmsNoOther) {
  Contact("lambeth");
  ASSERT_TRUE(AskFor("college", consent_).ok());
  const std::string other = desk_.Give("college", refs_["college"], desk_.Terms({"college"}));
  EXPECT_THAT(desk_.Corroborate("college", other, CodeAt("lambeth")), Denied());
}

TEST_F(CorroborationServiceTest, FiveCodesAreSentForOneConsentAtMostAndARepeatSendsNone) {
  Contact("lambeth");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(AskFor("college", consent_, kRequestId).ok());
  EXPECT_EQ(NoticesOf("lambeth").size(), 1u);
  for (int i = 1; i < kCorroborationCodesMax; ++i) ASSERT_TRUE(AskFor("college", consent_).ok());
  EXPECT_THAT(AskFor("college", consent_), Refused(absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED"));
  EXPECT_EQ(NoticesOf("lambeth").size(), static_cast<size_t>(kCorroborationCodesMax));
}

TEST_F(CorroborationServiceTest, WhoWasAskedToSendItSaysWhetherItDid) {
  Contact("lambeth");
  ASSERT_TRUE(AskFor("college", consent_).ok());
  v1::AcknowledgeNoticeRequest answer;
  answer.set_notice_id(NoticesOf("lambeth")[0].notice_id());
  for (const v1::NoticeAnswer unfit : {v1::NOTICE_ANSWER_ERASED, v1::NOTICE_ANSWER_RETAINED, v1::NOTICE_ANSWER_HELD}) {
    answer.set_answer(unfit);
    EXPECT_THAT(desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "lambeth", answer), Invalid());
  }
  answer.set_answer(v1::NOTICE_ANSWER_TOLD);
  EXPECT_TRUE(desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, "lambeth", answer).ok());
  EXPECT_NE(CodeAt("lambeth"), "") << "it can be sent once more";
}

TEST_F(CorroborationServiceTest, OnceThePersonHasConfirmedNobodyIsAskedToVouch) {
  Contact("lambeth");
  v1::GetConsentRequest get;
  get.set_consent_id(consent_);
  EXPECT_TRUE(desk_.Ask(desk_.services().consent(), &ConsentService::GetConsent, "lambeth", get).ok());
  ASSERT_TRUE(AskFor("college", consent_).ok());
  ASSERT_TRUE(desk_.Corroborate("college", consent_, CodeAt("lambeth")).ok());
  EXPECT_THAT(desk_.Ask(desk_.services().consent(), &ConsentService::GetConsent, "lambeth", get), Denied());
}

TEST_F(CorroborationServiceTest, ACodeStandsNowhereInWhatIsKept) {
  Contact("lambeth");
  ASSERT_TRUE(AskFor("college", consent_, kRequestId).ok());
  std::string code = CodeAt("lambeth");
  std::string digits = code;
  digits.erase(std::remove(digits.begin(), digits.end(), '-'), digits.end());
  auto look = [&](const store::Reader& reader) {
    return reader.Scan({"", ""}, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
      for (const std::string& form : {code, digits}) {
        EXPECT_EQ(Cat(key, value).find(form), std::string::npos) << "table " << key.front();
      }
      return store::Visit::kContinue;
    });
  };
  EXPECT_TRUE(async::BlockOn(desk_.store().View(look)).ok());
  for (const store::Feed feed : {store::Feed::kChanges, store::Feed::kAudit}) {
    for (const store::FeedEntry& entry : desk_.Entries(feed)) {
      for (const std::string& form : {code, digits}) EXPECT_EQ(entry.bytes.find(form), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace nwd::consent
