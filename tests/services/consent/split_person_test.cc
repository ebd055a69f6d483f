// What a split gives back, and what it ends: people who were taken for one, and are two again.
#include <algorithm>

#include "services/consent/joins.h"
#include "tests/services/consent/match_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

class SplitPersonTest : public MatchTest {};

TEST_F(SplitPersonTest, ARefusalFromBeforeTheJoinClosesTheOthersConsentsUntilTheSplit) {
  const TwoAdas two = RegisterTwice();
  const std::string refused = desk_.Draw("lambeth", two.lambeth, desk_.Terms({"college"}));
  desk_.Decide("lambeth", refused, v1::CONSENT_STATE_REFUSED);
  const std::string jobcentres = two.jobcentre.person_ref();
  const std::string broader = desk_.Give("jobcentre", jobcentres, desk_.Terms({"college", "lambeth"}));
  const std::string college = desk_.RefFor("college", jobcentres, "jobcentre");
  ASSERT_TRUE(desk_.Check("college", college, broader)->permitted()) << "not known to be one person";

  ASSERT_TRUE(Confirm("jobcentre", Confirming(two.jobcentre.possible_match().match_token(), kNino)).ok());
  const auto joined = desk_.Check("college", college, broader);
  EXPECT_FALSE(joined->permitted());
  ASSERT_EQ(joined->denied_categories_size(), 1);
  EXPECT_EQ(joined->denied_categories(0).reason(), v1::DENIAL_REASON_REFUSED);

  ASSERT_TRUE(Split("jobcentre", jobcentres).ok());
  EXPECT_TRUE(desk_.Check("college", college, broader)->permitted()) << "it was somebody else who refused";
}

TEST_F(SplitPersonTest, ARefusalWhileTheyWereJoinedIsTakenBackFromTheOther) {
  const TwoAdas two = Join();
  const std::string jobcentres = two.jobcentre.person_ref();
  const std::string theirs = desk_.Give("jobcentre", jobcentres, desk_.Terms({"college", "lambeth"}));
  const std::string own = desk_.Give("lambeth", two.lambeth, desk_.Terms({"college", "jobcentre"}));
  const std::string refused = desk_.Draw("lambeth", two.lambeth, desk_.Terms({"college"}));
  desk_.Decide("lambeth", refused, v1::CONSENT_STATE_REFUSED);
  const std::string college = desk_.RefFor("college", jobcentres, "jobcentre");
  EXPECT_FALSE(desk_.Check("college", college, theirs)->permitted());

  ASSERT_TRUE(Split("lambeth", two.lambeth).ok());
  EXPECT_TRUE(desk_.Check("college", college, theirs)->permitted());
  EXPECT_FALSE(desk_.Check("college", desk_.RefFor("college", two.lambeth, "lambeth"), own)->permitted());
}

TEST_F(SplitPersonTest, ASplitUndoesTheWrongJoinAndLeavesTheRightOne) {
  const TwoAdas two = Join();
  v1::PersonDetails grace = Ada();
  grace.set_uln(kUln);
  grace.set_date_of_birth("1990-05-18");
  const std::string graces = Register("college", grace).person_ref();
  // Two desks over, somebody says that the job centre's Ada is Grace.
  const auto id = [&](const char* who, const std::string& ref) { return *ids::Uuid::Parse(desk_.PersonId(who, ref)); };
  const ids::Uuid ada = id("jobcentre", two.jobcentre.person_ref()), other = id("college", graces);
  auto wrong = [&](store::Txn& txn) { return joins::Join(txn, ada, other); };
  ASSERT_TRUE(*async::BlockOn(desk_.store().Update(wrong)));

  ASSERT_TRUE(Split("jobcentre", two.jobcentre.person_ref()).ok());
  const std::vector<PersonChange> split = PersonChanges(PersonChange::TYPE_SPLIT);
  ASSERT_EQ(split.size(), 1u);
  EXPECT_EQ(split[0].other_person_id(), other.ToString());
  const std::string consent = desk_.Give("lambeth", two.lambeth, desk_.Terms({"jobcentre", "college"}));
  EXPECT_TRUE(desk_.Check("jobcentre", two.jobcentre.person_ref(), consent)->permitted()) << "the two Adas are one";
  EXPECT_FALSE(desk_.Check("college", graces, consent)->permitted());
}

TEST_F(SplitPersonTest, WhatWentOutDuringAWrongJoinIsListedWithEachWhoseItWas) {
  const TwoAdas two = Join();
  const std::string jobcentres = two.jobcentre.person_ref();
  desk_.Put("lambeth", two.lambeth, desk_.Skills("poetry"));
  desk_.Put("jobcentre", jobcentres, desk_.Contact("07700 900123", false));
  const std::string consent = desk_.Give("lambeth", two.lambeth, desk_.Terms({"college"}));
  const std::string college = desk_.RefFor("college", two.lambeth, "lambeth");
  const std::vector<Category> both = {CATEGORY_SKILLS, CATEGORY_CONTACT};
  ASSERT_TRUE(desk_.Read("college", college, consent, {CATEGORY_SKILLS}).ok());
  desk_.clock().Advance(absl::Minutes(1));
  ASSERT_EQ(desk_.Read("college", college, consent, both)->entries_size(), 2);

  const auto listed = [&](const char* who, const std::string& ref) {
    v1::ListDisclosuresRequest request;
    request.set_person_ref(ref);
    const auto list = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, who, request);
    EXPECT_TRUE(list.ok()) << list.status();
    std::vector<std::vector<int>> categories;
    for (const v1::Disclosure& one : list->disclosures()) {
      categories.emplace_back(one.categories().begin(), one.categories().end());
      std::sort(categories.back().begin(), categories.back().end());
    }
    return categories;
  };
  using ::testing::ElementsAre;
  const auto whole = ElementsAre(CATEGORY_CONTACT, CATEGORY_SKILLS);
  EXPECT_THAT(listed("lambeth", two.lambeth), ElementsAre(whole, ElementsAre(CATEGORY_SKILLS))) << "each once, whole";
  EXPECT_THAT(listed("jobcentre", jobcentres), ElementsAre(whole));

  ASSERT_TRUE(Split("jobcentre", jobcentres).ok());
  EXPECT_THAT(listed("jobcentre", jobcentres), ElementsAre(ElementsAre(CATEGORY_CONTACT)))
      << "who put it in still sees that it was read";
  EXPECT_THAT(listed("lambeth", two.lambeth), ElementsAre(whole, ElementsAre(CATEGORY_SKILLS)))
      << "it was released on this person's consent";
}

TEST_F(SplitPersonTest, AReferralOfTheOneOpensNothingOfTheOtherAfterTheSplit) {
  const TwoAdas two = Join();
  desk_.Put("lambeth", two.lambeth, desk_.Skills("poetry"));
  v1::ConsentTerms for_referral = desk_.Terms({"college"});
  for_referral.set_standing(false);
  const std::string consent = desk_.Give("lambeth", two.lambeth, for_referral);
  const std::string college = desk_.RefFor("college", two.lambeth, "lambeth");
  const std::string others = ids::Uuid::Random().ToString(), own = ids::Uuid::Random().ToString();
  // The job centre refers whom it knows, and lambeth whom it does, both on lambeth's consent.
  ASSERT_TRUE(desk_.Open(consent, desk_.PersonId("jobcentre", two.jobcentre.person_ref()), "college", others, 1).ok());
  EXPECT_TRUE(desk_.Read("college", college, consent).ok());
  ASSERT_TRUE(Split("jobcentre", two.jobcentre.person_ref()).ok());
  EXPECT_THAT(desk_.Read("college", college, consent), Denied());
  EXPECT_THAT(desk_.Open(consent, desk_.PersonId("jobcentre", two.jobcentre.person_ref()), "college", others, 2),
              Denied());
  ASSERT_TRUE(desk_.Open(consent, desk_.PersonId("lambeth", two.lambeth), "college", own, 1).ok());
  EXPECT_TRUE(desk_.Read("college", college, consent).ok()) << "their own referral does";
}

TEST_F(SplitPersonTest, ADraftThatCitesTheOthersConsentCannotTakeItsPlaceAfterTheSplit) {
  const TwoAdas two = Join();
  v1::PersonDetails known = Ada();
  known.set_nino(kNino);
  const std::string second = Register("jobcentre", known).person_ref();  // the job centre holds both of them now
  ASSERT_NE(second, two.jobcentre.person_ref());
  const std::string theirs = desk_.Give("jobcentre", second, desk_.Terms({"college"}));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(theirs);
  const std::string draft = desk_.Draw("jobcentre", two.jobcentre.person_ref(), terms);
  ASSERT_TRUE(Split("jobcentre", two.jobcentre.person_ref()).ok());
  v1::RecordDecisionRequest decide;
  decide.set_consent_id(draft);
  decide.set_etag(desk_.Get("jobcentre", draft).etag());
  decide.set_decision(v1::CONSENT_STATE_GIVEN);
  EXPECT_THAT(desk_.Ask(desk_.services().decision(), &DecisionService::RecordDecision, "jobcentre", decide),
              Refused(absl::StatusCode::kFailedPrecondition, "NOT_JOINED"));
  EXPECT_EQ(desk_.Get("jobcentre", theirs).state(), v1::CONSENT_STATE_GIVEN);
}

TEST_F(SplitPersonTest, WhatThePersonConfirmedWhileTheyWereOneCountsNoMoreAfterTheSplit) {
  const TwoAdas two = Join();
  desk_.Put("lambeth", two.lambeth, desk_.Contact("07700 900123", false));
  desk_.Put("lambeth", two.lambeth, desk_.Skills("poetry"));
  const std::string jobcentres = two.jobcentre.person_ref();
  const std::string minted = desk_.Give("jobcentre", jobcentres, desk_.Terms({"jobcentre"}));
  v1::RequestCorroborationCodeRequest ask;
  ask.set_consent_id(minted);
  const auto send = [&] {
    return desk_.Ask(desk_.services().corroboration(), &CorroborationService::RequestCorroborationCode, "jobcentre",
                     ask);
  };
  const auto code = [&] {
    const auto open =
        desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, "lambeth", v1::ListNoticesRequest());
    EXPECT_TRUE(open.ok()) << open.status();
    return open->notices_size() == 0 ? "" : open->notices().rbegin()->code();
  };
  ASSERT_TRUE(send().ok());
  ASSERT_FALSE(code().empty());
  ASSERT_TRUE(desk_.Corroborate("jobcentre", minted, code()).ok());
  EXPECT_TRUE(desk_.Check("jobcentre", jobcentres, minted)->permitted());
  ASSERT_TRUE(send().status().code() == absl::StatusCode::kFailedPrecondition) << "confirmed already";
  const std::string second = desk_.Give("jobcentre", jobcentres, desk_.Terms({"jobcentre"}));
  ask.set_consent_id(second);
  ASSERT_TRUE(send().ok());
  const std::string on_its_way = code();
  ASSERT_FALSE(on_its_way.empty());

  ASSERT_TRUE(Split("jobcentre", jobcentres).ok());
  EXPECT_FALSE(desk_.Check("jobcentre", jobcentres, minted)->permitted()) << "it was the other's contact";
  EXPECT_THAT(desk_.Corroborate("jobcentre", second, on_its_way), Denied());
  EXPECT_EQ(code(), "") << "nor is it shown to be sent any more";
}

TEST_F(SplitPersonTest, WhoReadByAnotherReferenceFindsItsReadByThatAfterTheSplit) {
  const TwoAdas two = Join();
  desk_.Put("lambeth", two.lambeth, desk_.Skills("poetry"));
  const std::string consent = desk_.Give("lambeth", two.lambeth, desk_.Terms({"jobcentre"}));
  ASSERT_EQ(desk_.Read("jobcentre", two.jobcentre.person_ref(), consent)->entries_size(), 1);
  ASSERT_TRUE(Split("jobcentre", two.jobcentre.person_ref()).ok());
  v1::ListDisclosuresRequest list;
  list.set_person_ref(two.jobcentre.person_ref());
  const auto listed = desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "jobcentre", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->disclosures_size(), 1);
  EXPECT_EQ(listed->disclosures(0).categories_size(), 0) << "what was read is the other's";
}

TEST_F(SplitPersonTest, SplittingGivesEachBackWhatIsTheirs) {
  const TwoAdas two = Join();
  desk_.Put("lambeth", two.lambeth, desk_.Skills("poetry"));
  desk_.Put("jobcentre", two.jobcentre.person_ref(), desk_.Skills("computing"));
  const std::string consent = desk_.Give("lambeth", two.lambeth, desk_.Terms({"jobcentre"}));
  ASSERT_TRUE(desk_.Read("jobcentre", two.jobcentre.person_ref(), consent).ok());

  ASSERT_TRUE(Split("jobcentre", two.jobcentre.person_ref()).ok());
  EXPECT_THAT(desk_.Read("jobcentre", two.jobcentre.person_ref(), consent), Denied());
  const std::string theirs = desk_.RefFor("jobcentre", two.lambeth, "lambeth");
  const auto read = desk_.Read("jobcentre", theirs, consent);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->entries_size(), 1) << "lambeth's, of the person whose consent it is";
  EXPECT_EQ(PersonChanges(PersonChange::TYPE_SPLIT).size(), 1u);
  EXPECT_THAT(Split("jobcentre", two.jobcentre.person_ref()),
              Refused(absl::StatusCode::kFailedPrecondition, "NOT_JOINED"));
}

TEST_F(SplitPersonTest, WhoeverHoldsEitherCanSplitThem) {
  const TwoAdas two = Join();
  EXPECT_THAT(Split("college", two.lambeth), Denied());
  EXPECT_TRUE(Split("lambeth", two.lambeth).ok());
  EXPECT_THAT(Split("jobcentre", two.jobcentre.person_ref()),
              Refused(absl::StatusCode::kFailedPrecondition, "NOT_JOINED"));
}

}  // namespace
}  // namespace nwd::consent
