// Notices of what changed otherwise than by an end of the basis: a refusal, a correction, a join and a split.
#include "services/consent/joins.h"
#include "services/consent/person_rows.h"
#include "tests/services/consent/match_desk.h"

namespace nwd::consent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace common::v1;  // NOLINT

class NoticesOfChangesTest : public MatchTest {
 protected:
  NoticesOfChangesTest() { desk_.Add("stranger"); }

  std::vector<v1::Notice> NoticesTo(const std::string& who) {
    const auto listed =
        desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, who, v1::ListNoticesRequest());
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->notices().begin(), listed->notices().end()};
  }
  absl::Status Answer(const std::string& who, const v1::Notice& notice, v1::NoticeAnswer answer) {
    v1::AcknowledgeNoticeRequest request;
    request.set_notice_id(notice.notice_id());
    request.set_answer(answer);
    return desk_.Ask(desk_.services().notice(), &NoticeService::AcknowledgeNotice, who, request).status();
  }
  absl::StatusOr<v1::PutRecordResponse> Correct(const std::string& who, const std::string& ref,
                                                const v1::RecordSection& section) {
    v1::PutRecordRequest request;
    request.set_person_ref(ref);
    *request.mutable_section() = section;
    request.set_corrects(true);
    return desk_.Ask(desk_.services().record(), &RecordService::PutRecord, who, request);
  }
  std::string Refuse(const std::string& who, const std::string& ref, const std::vector<std::string>& recipients) {
    const std::string id = desk_.Draw(who, ref, desk_.Terms(recipients));
    desk_.Decide(who, id, v1::CONSENT_STATE_REFUSED);
    return id;
  }
  // The organisation holds the person whom `who` knows, as it does who registered them.
  std::string Hold(const std::string& organisation, const std::string& who, const std::string& ref) {
    const ids::Uuid person = *ids::Uuid::Parse(desk_.PersonId(who, ref));
    auto hold = [&](store::Txn& txn) {
      return people::KeepHolder(txn, person, *ids::Uuid::Parse(desk_.IdOf(organisation)), desk_.clock().Now(), "")
          .status();
    };
    EXPECT_TRUE(async::BlockOn(desk_.store().Update(hold)).ok());
    return desk_.RefFor(organisation, ref, who);
  }
};

TEST_F(NoticesOfChangesTest, WhoReadWhatIsRefusedToItNowIsTold) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  desk_.Put("lambeth", ref, desk_.Skills("poetry"));
  const std::string broad = desk_.Give("lambeth", ref, desk_.Terms({"college", "stranger"}));
  const std::string college = desk_.RefFor("college", ref, "lambeth");
  ASSERT_TRUE(desk_.Read("college", college, broad).ok());
  desk_.clock().Advance(absl::Seconds(1));
  Refuse("lambeth", ref, {"college", "stranger"});
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  const v1::Notice told = NoticesTo("college").front();
  EXPECT_EQ(told.type(), v1::NOTICE_TYPE_REFUSAL);
  EXPECT_EQ(told.consent_id(), broad) << "what it read under, not the refusal";
  EXPECT_EQ(told.person_ref(), college);
  EXPECT_EQ(told.disclosure_count(), 1);
  EXPECT_THAT(told.categories(), ::testing::UnorderedElementsAre(CATEGORY_SKILLS, CATEGORY_CONTACT, CATEGORY_GOALS));
  EXPECT_THAT(NoticesTo("stranger"), IsEmpty()) << "it read nothing";
  desk_.clock().Advance(absl::Seconds(1));
  Refuse("lambeth", ref, {"college"});
  EXPECT_EQ(NoticesTo("college").size(), 1u) << "nothing more is closed to it";
  EXPECT_TRUE(absl::IsInvalidArgument(Answer("college", told, v1::NOTICE_ANSWER_CORRECTED)));
  EXPECT_TRUE(Answer("college", told, v1::NOTICE_ANSWER_ERASED).ok());
}

TEST_F(NoticesOfChangesTest, OfWhatItReadAndMayStillReadARefusalTellsNothing) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  desk_.Put("lambeth", ref, desk_.Skills("poetry"));
  const std::string broad = desk_.Give("lambeth", ref, desk_.Terms({"college"}));
  const std::string college = desk_.RefFor("college", ref, "lambeth");
  ASSERT_TRUE(desk_.Read("college", college, broad, {CATEGORY_SKILLS}).ok());
  desk_.clock().Advance(absl::Seconds(1));
  v1::ConsentTerms contact = desk_.Terms({"college"});
  for (int i = contact.categories_size() - 1; i >= 0; --i) {
    if (contact.categories(i).category() == CATEGORY_SKILLS) contact.mutable_categories()->DeleteSubrange(i, 1);
  }
  desk_.Decide("lambeth", desk_.Draw("lambeth", ref, contact), v1::CONSENT_STATE_REFUSED);
  EXPECT_FALSE(desk_.Check("college", college, broad, {CATEGORY_CONTACT})->permitted());
  EXPECT_TRUE(desk_.Check("college", college, broad, {CATEGORY_SKILLS})->permitted());
  EXPECT_THAT(NoticesTo("college"), IsEmpty());
}

TEST_F(NoticesOfChangesTest, WhoReadUnderTheConsentBeforeTheOneThatIsRefusedIsToldToo) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  desk_.Put("lambeth", ref, desk_.Skills("poetry"));
  const std::string first = desk_.Give("lambeth", ref, desk_.Terms({"college", "stranger"}));
  ASSERT_TRUE(desk_.Read("college", desk_.RefFor("college", ref, "lambeth"), first).ok());
  desk_.clock().Advance(absl::Seconds(1));
  v1::ConsentTerms renewed = desk_.Terms({"college", "stranger"});
  renewed.set_supersedes_consent_id(first);
  desk_.Give("lambeth", ref, renewed);
  desk_.clock().Advance(absl::Seconds(1));
  Refuse("lambeth", ref, {"college"});
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  EXPECT_EQ(NoticesTo("college").front().consent_id(), first) << "the one it read under";
}

TEST_F(NoticesOfChangesTest, WhoInvalidatesIsNotToldWhatThatClosesOfOthers) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  desk_.Put("lambeth", ref, desk_.Skills("poetry"));
  Refuse("lambeth", ref, {"college"});
  desk_.clock().Advance(absl::Seconds(1));
  const std::string lifts = desk_.Give("lambeth", ref, desk_.Terms({"college"}));
  desk_.clock().Advance(absl::Seconds(1));
  const std::string jobcentres = Hold("jobcentre", "lambeth", ref);
  const std::string theirs = desk_.Give("jobcentre", jobcentres, desk_.Terms({"college", "stranger"}));
  ASSERT_TRUE(desk_.Read("college", desk_.RefFor("college", ref, "lambeth"), theirs).ok());
  v1::InvalidateConsentRequest request;
  request.set_consent_id(lifts);
  request.set_reason(v1::INVALIDATE_REASON_WRONG_PERSON);
  const auto invalidated =
      desk_.Ask(desk_.services().in_force(), &InForceService::InvalidateConsent, "lambeth", request);
  ASSERT_TRUE(invalidated.ok()) << invalidated.status();
  EXPECT_EQ(invalidated->notices(), 0) << "nobody read under this one";
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  EXPECT_EQ(NoticesTo("college").front().consent_id(), theirs);
}

TEST_F(NoticesOfChangesTest, ARefusalThatAJoinBringsToBearIsTold) {
  const TwoAdas two = RegisterTwice();
  Refuse("lambeth", two.lambeth, {"college"});
  const std::string jobcentres = two.jobcentre.person_ref();
  desk_.Put("jobcentre", jobcentres, desk_.Skills("poetry"));
  const std::string broader = desk_.Give("jobcentre", jobcentres, desk_.Terms({"college", "lambeth"}));
  ASSERT_TRUE(desk_.Read("college", desk_.RefFor("college", jobcentres, "jobcentre"), broader).ok());
  ASSERT_THAT(NoticesTo("college"), IsEmpty());
  ASSERT_TRUE(Confirm("jobcentre", Confirming(two.jobcentre.possible_match().match_token(), kNino)).ok());
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  EXPECT_EQ(NoticesTo("college").front().type(), v1::NOTICE_TYPE_REFUSAL);
  EXPECT_EQ(NoticesTo("college").front().consent_id(), broader);
}

TEST_F(NoticesOfChangesTest, ACorrectionIsToldToWhoReadThatSectionOfThatSource) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  const std::string college = desk_.RefFor("college", ref, "lambeth");
  const std::string stranger = desk_.RefFor("stranger", ref, "lambeth");
  desk_.Put("lambeth", ref, desk_.Skills("poetry"));
  desk_.Put("lambeth", ref, desk_.Contact("07700 900123", false));
  v1::ConsentTerms terms = desk_.Terms({"college", "stranger", "lambeth"});
  const std::string consent = desk_.Give("lambeth", ref, terms);
  ASSERT_TRUE(desk_.Read("college", college, consent, {CATEGORY_SKILLS}).ok());
  desk_.clock().Advance(absl::Seconds(1));
  ASSERT_TRUE(desk_.Read("college", college, consent, {CATEGORY_SKILLS, CATEGORY_CONTACT}).ok());
  ASSERT_TRUE(desk_.Read("stranger", stranger, consent, {CATEGORY_CONTACT}).ok());
  ASSERT_TRUE(desk_.Read("lambeth", ref, consent, {CATEGORY_SKILLS}).ok());
  desk_.Put("lambeth", ref, desk_.Skills("algebra"));
  EXPECT_THAT(NoticesTo("college"), IsEmpty()) << "what changed since is no correction";

  desk_.clock().Advance(absl::Seconds(1));
  const auto corrected = Correct("lambeth", ref, desk_.Skills("analysis"));
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_EQ(corrected->notices(), 1);
  EXPECT_THAT(NoticesTo("stranger"), IsEmpty()) << "it read another section";
  EXPECT_THAT(NoticesTo("lambeth"), IsEmpty()) << "it knows";
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  const v1::Notice told = NoticesTo("college").front();
  EXPECT_EQ(told.type(), v1::NOTICE_TYPE_RECTIFICATION);
  EXPECT_THAT(told.categories(), ElementsAre(CATEGORY_SKILLS));
  EXPECT_EQ(told.source_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_EQ(told.person_ref(), college);
  EXPECT_EQ(told.disclosure_count(), 2);
  EXPECT_EQ(told.consent_id(), "");
  EXPECT_TRUE(absl::IsInvalidArgument(Answer("college", told, v1::NOTICE_ANSWER_HELD)));
  EXPECT_TRUE(Answer("college", told, v1::NOTICE_ANSWER_CORRECTED).ok());
  EXPECT_EQ(desk_.Audited("record.corrected"), 1);
}

TEST_F(NoticesOfChangesTest, ACorrectionOfWhatIsConfidentialTellsNobodyThatItIsThere) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  const std::string jobcentres = Hold("jobcentre", "lambeth", ref);
  desk_.Put("lambeth", ref, desk_.Skills("poetry"));
  desk_.Put("lambeth", ref, desk_.Contact("07700 900123", true));
  desk_.Put("jobcentre", jobcentres, desk_.Contact("07700 900456", false));
  const std::string consent = desk_.Give("lambeth", ref, desk_.Terms({"college"}));
  const std::string college = desk_.RefFor("college", ref, "lambeth");
  ASSERT_EQ(desk_.Read("college", college, consent, {CATEGORY_SKILLS, CATEGORY_CONTACT})->entries_size(), 2)
      << "lambeth's skills, the job centre's contact";
  EXPECT_EQ(Correct("lambeth", ref, desk_.Contact("07700 900789", true))->notices(), 0);
  EXPECT_THAT(NoticesTo("college"), IsEmpty());
  EXPECT_EQ(Correct("jobcentre", jobcentres, desk_.Contact("07700 900457", false))->notices(), 1);
}

TEST_F(NoticesOfChangesTest, ACorrectionNamesThePersonAsTheReaderKnowsThem) {
  const TwoAdas two = Join();
  const std::string jobcentres = two.jobcentre.person_ref();
  desk_.Put("jobcentre", jobcentres, desk_.Contact("07700 900123", false));
  const std::string consent = desk_.Give("lambeth", two.lambeth, desk_.Terms({"college"}));
  const std::string college = desk_.RefFor("college", two.lambeth, "lambeth");
  ASSERT_EQ(desk_.Read("college", college, consent, {CATEGORY_CONTACT})->entries_size(), 1);
  ASSERT_EQ(Correct("jobcentre", jobcentres, desk_.Contact("07700 900124", false))->notices(), 1);
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  EXPECT_EQ(NoticesTo("college").front().person_ref(), college)
      << "not by the other registration, which it knows not of";
}

TEST_F(NoticesOfChangesTest, WhereThereIsNothingThereIsNothingToCorrect) {
  const std::string ref = desk_.Register("lambeth", "Ada Lovelace");
  EXPECT_THAT(Correct("lambeth", ref, desk_.Skills("poetry")), Invalid());
  desk_.Put("lambeth", ref, desk_.Skills("poetry"));
  EXPECT_EQ(Correct("lambeth", ref, desk_.Skills("analysis"))->notices(), 0) << "nobody read it";
}

TEST_F(NoticesOfChangesTest, WhoKnewBothIsToldThatTheyAreOneAndThatTheyAreTwo) {
  const TwoAdas two = RegisterTwice();
  const std::string first = Hold("college", "lambeth", two.lambeth);
  const std::string second = Hold("college", "jobcentre", two.jobcentre.person_ref());
  ASSERT_NE(first, second);
  ASSERT_TRUE(Confirm("jobcentre", Confirming(two.jobcentre.possible_match().match_token(), kNino)).ok());
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  const v1::Notice merged = NoticesTo("college").front();
  EXPECT_EQ(merged.type(), v1::NOTICE_TYPE_MERGE);
  EXPECT_THAT((std::vector{merged.person_ref(), merged.other_person_ref()}),
              ::testing::UnorderedElementsAre(first, second));
  EXPECT_TRUE(absl::IsInvalidArgument(Answer("college", merged, v1::NOTICE_ANSWER_ERASED)));
  EXPECT_TRUE(Answer("college", merged, v1::NOTICE_ANSWER_CORRECTED).ok());

  ASSERT_TRUE(Split("lambeth", two.lambeth).ok());
  ASSERT_EQ(NoticesTo("college").size(), 2u);
  const v1::Notice split = NoticesTo("college").back();
  EXPECT_EQ(split.type(), v1::NOTICE_TYPE_SPLIT);
  EXPECT_THAT((std::vector{split.person_ref(), split.other_person_ref()}),
              ::testing::UnorderedElementsAre(first, second));
  EXPECT_THAT(NoticesTo("lambeth"), IsEmpty()) << "it knew one of them";
  EXPECT_THAT(NoticesTo("jobcentre"), IsEmpty());
}

TEST_F(NoticesOfChangesTest, WhoReadOfOneWhatWasTheOthersIsToldWhenTheyAreSplit) {
  const TwoAdas two = Join();
  const std::string jobcentres = two.jobcentre.person_ref();
  desk_.Put("lambeth", two.lambeth, desk_.Skills("poetry"));
  desk_.Put("jobcentre", jobcentres, desk_.Contact("07700 900123", false));
  const std::string consent = desk_.Give("lambeth", two.lambeth, desk_.Terms({"college", "stranger"}));
  const std::string college = desk_.RefFor("college", two.lambeth, "lambeth");
  const std::string stranger = desk_.RefFor("stranger", two.lambeth, "lambeth");
  ASSERT_EQ(desk_.Read("college", college, consent, {CATEGORY_SKILLS, CATEGORY_CONTACT})->entries_size(), 2);
  ASSERT_TRUE(desk_.Read("stranger", stranger, consent, {CATEGORY_SKILLS}).ok());
  ASSERT_TRUE(Split("jobcentre", jobcentres).ok());
  EXPECT_THAT(NoticesTo("stranger"), IsEmpty()) << "what it read was lambeth's Ada's";
  ASSERT_EQ(NoticesTo("college").size(), 1u);
  const v1::Notice told = NoticesTo("college").front();
  EXPECT_EQ(told.type(), v1::NOTICE_TYPE_SPLIT);
  EXPECT_EQ(told.person_ref(), college) << "by the reference it was given";
  EXPECT_EQ(told.other_person_ref(), "") << "it does not know the other";
  EXPECT_EQ(told.disclosure_count(), 1);
  EXPECT_TRUE(Answer("college", told, v1::NOTICE_ANSWER_ERASED).ok());
}

}  // namespace
}  // namespace nwd::consent
