#include "services/consent/match_service.h"

#include "services/consent/limits.h"
#include "tests/services/consent/match_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

class MatchServiceTest : public MatchTest {};

TEST_F(MatchServiceTest, APossibleMatchShowsOnlyWhichOfTheCallersOwnFieldsAgreed) {
  const TwoAdas two = RegisterTwice();
  EXPECT_THAT(two.jobcentre.possible_match().agreed_fields(),
              ::testing::UnorderedElementsAre("full_name", "date_of_birth", "postcode"));
  v1::PersonDetails married = Ada();
  married.set_full_name("Ada Byron");
  EXPECT_THAT(Register("college", married).possible_match().agreed_fields(),
              ::testing::UnorderedElementsAre("date_of_birth", "postcode"));
}

TEST_F(MatchServiceTest, WhoIsPossiblyRegisteredIsRegisteredAllTheSameAndJoinedToNobody) {
  const TwoAdas two = RegisterTwice();
  EXPECT_NE(desk_.PersonId("lambeth", two.lambeth), desk_.PersonId("jobcentre", two.jobcentre.person_ref()));
  EXPECT_TRUE(Person("jobcentre", two.jobcentre.person_ref()).other_person_refs().empty());
  EXPECT_TRUE(PersonChanges(PersonChange::TYPE_MERGED).empty());
}

TEST_F(MatchServiceTest, ACertainMatchAnswersExactlyLikeANewRegistration) {
  v1::PersonDetails known = Ada();
  known.set_nino(kNino);
  const v1::RegisterPersonResponse first = Register("lambeth", known);
  const v1::RegisterPersonResponse joined = Register("jobcentre", known);
  v1::PersonDetails stranger = known;
  stranger.set_full_name("Grace Hopper");
  stranger.set_date_of_birth("1950-12-09");
  stranger.set_nino(kOtherNino);
  const v1::RegisterPersonResponse fresh = Register("jobcentre", stranger);
  EXPECT_FALSE(joined.has_possible_match());
  EXPECT_FALSE(fresh.has_possible_match());
  EXPECT_EQ(joined.ByteSizeLong(), fresh.ByteSizeLong());
  EXPECT_EQ(desk_.PersonId("lambeth", first.person_ref()), desk_.PersonId("jobcentre", joined.person_ref()));
}

TEST_F(MatchServiceTest, OneMoreIdentifierOfTheirsJoinsTheTwo) {
  const TwoAdas two = RegisterTwice();
  const auto joined = Confirm("jobcentre", Confirming(two.jobcentre.possible_match().match_token(), kNino));
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->person_ref(), two.jobcentre.person_ref());
  const std::vector<PersonChange> merged = PersonChanges(PersonChange::TYPE_MERGED);
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(merged[0].person_id(), desk_.PersonId("jobcentre", two.jobcentre.person_ref()));
  EXPECT_EQ(merged[0].other_person_id(), desk_.PersonId("lambeth", two.lambeth));
  EXPECT_EQ(desk_.Audited("person.joined"), 2);
}

TEST_F(MatchServiceTest, AWrongIdentifierJoinsNobodyAndUsesTheTokenUp) {
  const TwoAdas two = RegisterTwice();
  const std::string token = two.jobcentre.possible_match().match_token();
  const auto wrong = Confirm("jobcentre", Confirming(token, kOtherNino));
  const auto late = Confirm("jobcentre", Confirming(token, kNino));
  EXPECT_THAT(wrong, Denied());
  EXPECT_EQ(wrong.status(), late.status()) << "a wrong number and a used token are one answer";
  EXPECT_TRUE(PersonChanges(PersonChange::TYPE_MERGED).empty());
  EXPECT_EQ(desk_.Audited("person.match-refused"), 2) << "with both people";
}

TEST_F(MatchServiceTest, ATokenServesOnceItsOwnerOnlyAndForTenMinutes) {
  const TwoAdas two = Join();
  EXPECT_THAT(Confirm("jobcentre", Confirming(two.jobcentre.possible_match().match_token(), kNino)), Denied());

  const v1::RegisterPersonResponse again = Register("college", Ada());
  ASSERT_TRUE(again.has_possible_match());
  EXPECT_THAT(Confirm("lambeth", Confirming(again.possible_match().match_token(), kNino)), Denied());
  desk_.clock().Advance(kPossibleMatchKept);
  EXPECT_THAT(Confirm("college", Confirming(again.possible_match().match_token(), kNino)), Denied());
  ASSERT_TRUE(async::BlockOn(desk_.services().janitor().ForgetMatches()).ok());
  EXPECT_THAT(Confirm("college", Confirming(again.possible_match().match_token(), kNino)), Denied());
}

TEST_F(MatchServiceTest, TheIdentifierMustBeOneMoreAndThePersonPresent) {
  v1::PersonDetails known = Ada();
  known.set_nino(kNino);
  known.set_uln(kUln);
  Register("lambeth", known);
  v1::PersonDetails married = Ada();
  married.set_full_name("Ada Byron");
  married.set_nino(kNino);
  const std::string token = Register("jobcentre", married).possible_match().match_token();
  ASSERT_FALSE(token.empty());

  v1::ConfirmMatchRequest request;
  request.set_match_token(token);
  EXPECT_THAT(FieldsOf(Confirm("jobcentre", request).status()),
              ::testing::UnorderedElementsAre("nino", "person_present"));
  EXPECT_THAT(Confirm("jobcentre", Confirming(token, kNino)), Invalid()) << "it was given at registration";
  request.set_uln(kUln);
  request.set_person_present(true);
  request.set_former_name("Ada Lovelace");
  EXPECT_THAT(FieldsOf(Confirm("jobcentre", request).status()), ::testing::ElementsAre("nino")) << "one of the two";
  request.clear_former_name();
  EXPECT_TRUE(Confirm("jobcentre", request).ok());
}

TEST_F(MatchServiceTest, ARetryOfAConfirmationIsAnsweredAlike) {
  const TwoAdas two = RegisterTwice();
  v1::ConfirmMatchRequest request = Confirming(two.jobcentre.possible_match().match_token(), kNino);
  request.set_request_id(ids::Uuid::Random().ToString());
  const auto first = Confirm("jobcentre", request);
  const auto again = Confirm("jobcentre", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(PersonChanges(PersonChange::TYPE_MERGED).size(), 1u);
}

TEST_F(MatchServiceTest, WhatIsKeptOfEitherIsReadOfBoth) {
  const TwoAdas two = RegisterTwice();
  desk_.Put("lambeth", two.lambeth, desk_.Skills("poetry"));
  desk_.Put("jobcentre", two.jobcentre.person_ref(), desk_.Skills("computing"));
  const std::string consent = desk_.Give("lambeth", two.lambeth, desk_.Terms({"jobcentre"}));
  EXPECT_THAT(desk_.Read("jobcentre", two.jobcentre.person_ref(), consent), Denied()) << "not known to be one person";

  ASSERT_TRUE(Confirm("jobcentre", Confirming(two.jobcentre.possible_match().match_token(), kNino)).ok());
  EXPECT_TRUE(desk_.Check("jobcentre", two.jobcentre.person_ref(), consent)->permitted());
  const auto read = desk_.Read("jobcentre", two.jobcentre.person_ref(), consent);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->entries_size(), 2);
  v1::ListConsentsRequest list;
  list.set_person_ref(two.jobcentre.person_ref());
  const auto listed = desk_.Ask(desk_.services().consent(), &ConsentService::ListConsents, "jobcentre", list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->consents_size(), 1);
  v1::ListDisclosuresRequest disclosures;
  disclosures.set_person_ref(two.lambeth);
  const auto disclosed =
      desk_.Ask(desk_.services().disclosure(), &DisclosureService::ListDisclosures, "lambeth", disclosures);
  ASSERT_TRUE(disclosed.ok()) << disclosed.status();
  EXPECT_EQ(disclosed->disclosures_size(), 1);
  EXPECT_EQ(desk_.Get("jobcentre", consent).person_ref(), two.jobcentre.person_ref()) << "each sees its own reference";
}

TEST_F(MatchServiceTest, AWithdrawalReachesWhoReadUnderTheOtherReference) {
  const TwoAdas two = Join();
  desk_.Put("lambeth", two.lambeth, desk_.Skills("poetry"));
  const std::string consent = desk_.Give("lambeth", two.lambeth, desk_.Terms({"jobcentre"}));
  ASSERT_TRUE(desk_.Read("jobcentre", two.jobcentre.person_ref(), consent).ok());
  EXPECT_EQ(desk_.Withdraw("lambeth", consent)->notices(), 1);
  EXPECT_THAT(desk_.Read("jobcentre", two.jobcentre.person_ref(), consent), Denied());
  v1::ListNoticesRequest list;
  const auto notices = desk_.Ask(desk_.services().notice(), &NoticeService::ListNotices, "jobcentre", list);
  ASSERT_EQ(notices->notices_size(), 1);
  EXPECT_EQ(notices->notices(0).person_ref(), two.jobcentre.person_ref());
}

TEST_F(MatchServiceTest, ARefusalUnderOneReferenceClosesWhatIsGivenUnderTheOther) {
  const TwoAdas two = Join();
  const std::string refused = desk_.Draw("lambeth", two.lambeth, desk_.Terms({"college"}));
  desk_.Decide("lambeth", refused, v1::CONSENT_STATE_REFUSED);
  const std::string broader = desk_.Give("jobcentre", two.jobcentre.person_ref(), desk_.Terms({"college", "lambeth"}));
  const std::string college = desk_.RefFor("college", two.lambeth, "lambeth");
  EXPECT_FALSE(desk_.Check("college", college, broader)->permitted());
}

TEST_F(MatchServiceTest, AConsentRenewedUnderTheOtherReferenceKeepsItsReceipts) {
  const TwoAdas two = Join();
  v1::PersonDetails known = Ada();
  known.set_nino(kNino);
  const std::string second = Register("jobcentre", known).person_ref();
  const std::string old = desk_.Give("jobcentre", second, desk_.Terms({"college"}));
  v1::ConsentTerms terms = desk_.Terms({"college"});
  terms.set_supersedes_consent_id(old);
  desk_.Give("jobcentre", two.jobcentre.person_ref(), terms);
  v1::GetReceiptRequest get;
  get.set_consent_id(old);
  const auto receipt = desk_.Ask(desk_.services().receipt(), &ReceiptService::GetReceipt, "jobcentre", get);
  EXPECT_TRUE(receipt.ok()) << receipt.status();
}

TEST_F(MatchServiceTest, WhatAYesHadLiftedIsClosedAgainWhenItWasNeverValid) {
  const std::string ref = Register("lambeth", Ada()).person_ref();
  const std::string refused = desk_.Draw("lambeth", ref, desk_.Terms({"college"}));
  desk_.Decide("lambeth", refused, v1::CONSENT_STATE_REFUSED);
  desk_.clock().Advance(absl::Minutes(1));
  const std::string precise = desk_.Give("lambeth", ref, desk_.Terms({"college"}));
  desk_.clock().Advance(absl::Minutes(1));
  const std::string broader = desk_.Give("lambeth", ref, desk_.Terms({"college", "jobcentre"}));
  const std::string college = desk_.RefFor("college", ref, "lambeth");
  EXPECT_TRUE(desk_.Check("college", college, broader)->permitted()) << "they said yes to it again";
  ASSERT_TRUE(desk_.Invalidate("lambeth", precise, v1::INVALIDATE_REASON_WRONG_PERSON).ok());
  EXPECT_FALSE(desk_.Check("college", college, broader)->permitted());
}

TEST_F(MatchServiceTest, ReferencesToOnePersonHaveOneShareOfConsents) {
  v1::PersonDetails known = Ada();
  known.set_nino(kNino);
  const std::string first = Register("lambeth", known).person_ref();
  const v1::RegisterPersonResponse second = Register("lambeth", Ada());
  ASSERT_TRUE(Confirm("lambeth", Confirming(second.possible_match().match_token(), kNino)).ok());
  const v1::ConsentTerms terms = desk_.Terms({"college"});
  for (int i = 0; i < kConsentsPerCaptorMax; ++i)
    desk_.Draw("lambeth", i % 2 == 0 ? first : second.person_ref(), terms);
  v1::CreateConsentRequest create;
  create.set_person_ref(first);
  *create.mutable_terms() = terms;
  EXPECT_THAT(desk_.Ask(desk_.services().consent(), &ConsentService::CreateConsent, "lambeth", create),
              Refused(absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED"));
}

TEST_F(MatchServiceTest, OurServicesAreToldAllIdsOfThePersonWithACheckUntilTheSplit) {
  const TwoAdas two = Join();
  const std::string joined = desk_.PersonId("jobcentre", two.jobcentre.person_ref());
  v1::CheckAccessRequest check = desk_.CheckRequest(two.lambeth, ids::Uuid::Random().ToString());
  check.set_on_behalf_of(desk_.IdOf("college"));
  check.set_person_ref_of(desk_.IdOf("lambeth"));
  check.set_prospective(true);
  const auto asked = [&](const std::string& who) {
    return desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, who, check)
        .value_or(v1::CheckAccessResponse())
        .joined_person_ids();
  };
  EXPECT_THAT(asked("service/referral"), ::testing::ElementsAre(joined));
  v1::CheckAccessRequest own = desk_.CheckRequest(two.lambeth, check.consent_id());
  EXPECT_TRUE(
      desk_.Ask(desk_.services().access(), &AccessService::CheckAccess, "lambeth", own)->joined_person_ids().empty())
      << "an id is for our services only";
  check.set_person_ref_of(desk_.IdOf("college"));
  EXPECT_TRUE(asked("service/referral").empty()) << "college holds nobody by that reference";
  check.set_person_ref_of(desk_.IdOf("lambeth"));
  ASSERT_TRUE(Split("lambeth", two.lambeth).ok());
  EXPECT_TRUE(asked("service/referral").empty());
}

TEST_F(MatchServiceTest, ADeskThatRegisteredTheSamePersonTwiceSeesBothReferences) {
  v1::PersonDetails known = Ada();
  known.set_nino(kNino);
  const std::string first = Register("lambeth", known).person_ref();
  const v1::RegisterPersonResponse second = Register("lambeth", Ada());
  ASSERT_TRUE(Confirm("lambeth", Confirming(second.possible_match().match_token(), kNino)).ok());
  EXPECT_THAT(Person("lambeth", first).other_person_refs(), ::testing::ElementsAre(second.person_ref()));
  EXPECT_THAT(Person("lambeth", second.person_ref()).other_person_refs(), ::testing::ElementsAre(first));

  v1::ResolveRefRequest resolve;
  resolve.set_on_behalf_of(desk_.IdOf("lambeth"));
  resolve.set_person_ref(first);
  const auto resolved = desk_.Ask(desk_.services().person(), &PersonService::ResolveRef, "service/referral", resolve);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_THAT(resolved->other_person_refs(), ::testing::ElementsAre(second.person_ref()));
}

TEST_F(MatchServiceTest, OneOrganisationIsThePersonsMainContact) {
  const TwoAdas two = Join();
  EXPECT_EQ(Person("lambeth", two.lambeth).main_contact_organisation_id(), "");
  EXPECT_EQ(SetMainContact("lambeth", two.lambeth)->previous_organisation_id(), "");
  EXPECT_EQ(SetMainContact("jobcentre", two.jobcentre.person_ref())->previous_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_EQ(Person("lambeth", two.lambeth).main_contact_organisation_id(), desk_.IdOf("jobcentre"));
  EXPECT_THAT(SetMainContact("college", two.lambeth), Denied());
  ASSERT_TRUE(Split("lambeth", two.lambeth).ok());
  EXPECT_EQ(Person("lambeth", two.lambeth).main_contact_organisation_id(), desk_.IdOf("lambeth"));
}

TEST_F(MatchServiceTest, WhoMayNotBeLetSeeEverythingIsNobodysMainContact) {
  struct Row {
    OrganisationKind kind;
    bool may;
  };
  constexpr Row kRows[] = {{ORGANISATION_KIND_HEALTH, true},     {ORGANISATION_KIND_VCS, true},
                           {ORGANISATION_KIND_CAREERS, true},    {ORGANISATION_KIND_EMPLOYER, false},
                           {ORGANISATION_KIND_CHILDCARE, false}, {ORGANISATION_KIND_SCHOOL, false},
                           {ORGANISATION_KIND_HUB, false},       {ORGANISATION_KIND_OTHER, false}};
  v1::PersonDetails known = Ada();
  known.set_nino(kNino);
  const std::string first = Register("lambeth", known).person_ref();
  ASSERT_TRUE(SetMainContact("lambeth", first).ok());
  for (const Row& row : kRows) {
    const std::string who = OrganisationKind_Name(row.kind);
    desk_.Add(who, row.kind);
    const auto set = SetMainContact(who, Register(who, known).person_ref());
    if (row.may) {
      EXPECT_TRUE(set.ok()) << who << set.status();
      EXPECT_TRUE(SetMainContact("lambeth", first).ok());
    } else {
      EXPECT_THAT(set, Refused(absl::StatusCode::kFailedPrecondition, "NOT_FOR_THIS_KIND")) << who;
      EXPECT_THAT(SetMainContact(who, first), Denied()) << "a person it does not hold, whatever its kind";
    }
    EXPECT_EQ(Person("lambeth", first).main_contact_organisation_id(), desk_.IdOf("lambeth")) << who;
  }
}

// An organisation that has names, birthdays and postcodes of a thousand people, and wants to know who of them is in
// touch with any service of the hub.
// It knows a number and the year, and takes a new name each time.
TEST_F(MatchServiceTest, ANumberIsNoWayToABirthday) {
  v1::PersonDetails sought;
  sought.set_full_name("Helen Sought");
  sought.set_date_of_birth("1978-08-23");
  sought.set_nino(kNino);
  const std::string lambeths = Register("lambeth", sought).person_ref();
  const auto tried = [&](int i, const std::string& birthday) {
    v1::PersonDetails details = sought;
    details.set_full_name(
        Cat("Junk ", std::string(1, static_cast<char>('A' + i % 26)), "q", std::string(1 + i / 26, 'z')));
    details.set_date_of_birth(birthday);
    return Register("college", details).has_possible_match();
  };
  EXPECT_TRUE(tried(0, "1978-08-23")) << "a changed name is shown";
  for (int day = 1; day <= 28; ++day) EXPECT_FALSE(tried(day, Cat("1978-03-", day < 10 ? "0" : "", day)));
  EXPECT_FALSE(tried(29, "1978-08-23")) << "the right one, after many";
  EXPECT_EQ(desk_.PersonId("college", Register("college", sought).person_ref()), desk_.PersonId("lambeth", lambeths))
      << "who they certainly are is known all the same";
}

TEST_F(MatchServiceTest, MatchingIsNoPeopleSearch) {
  constexpr int kTargets = 300;
  auto target = [](int i) {
    v1::PersonDetails details;
    details.set_full_name(Cat("Target ", std::string(1, static_cast<char>('A' + i % 26)), "x", i));
    details.set_date_of_birth(Cat(1950 + i % 50, "-0", 1 + i % 9, "-1", i % 9));
    details.set_postcode("SW9 8EJ");
    return details;
  };
  for (int i = 0; i < kTargets; ++i) {
    v1::PersonDetails details = target(i);
    details.set_nino(Cat("AB", 200000 + i, "C"));
    Register("lambeth", details);
  }
  int shown = 0, refused = 0, exhausted = 0;
  for (int i = 0; i < kTargets; ++i) {
    const v1::RegisterPersonResponse response = Register("college", target(i));
    if (!response.has_possible_match()) continue;
    ++shown;
    // It guesses numbers: never one more than one of a token, and few in a day.
    const auto guess = Confirm("college", Confirming(response.possible_match().match_token(), kNino));
    refused += absl::IsPermissionDenied(guess.status());
    exhausted += status::ReasonOf(guess.status()) == "TOO_MANY_TODAY";
    EXPECT_FALSE(guess.ok());
  }
  EXPECT_EQ(shown, kShownADayMax);
  EXPECT_EQ(refused, kRefusedADayMax);
  EXPECT_EQ(exhausted, kShownADayMax - kRefusedADayMax);
  // All that it tried stands in the log, and with its own registrations.
  EXPECT_EQ(desk_.Audited("person.registered"), 2 * kTargets);
  EXPECT_EQ(desk_.Audited("person.match-refused"), 2 * kRefusedADayMax);

  desk_.clock().Advance(absl::Hours(24));
  EXPECT_TRUE(Register("college", target(kTargets - 1)).has_possible_match()) << "another day, another share";
}

}  // namespace
}  // namespace nwd::consent
