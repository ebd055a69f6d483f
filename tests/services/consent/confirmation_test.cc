// One number at two desks, under two names or two birthdays: one person, who says so. And what that opens to somebody who
// is not asking a person.
#include "services/consent/confirmation.h"

#include <algorithm>

#include "services/consent/limits.h"
#include "tests/services/consent/match_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::UnorderedElementsAre;

class ConfirmationTest : public MatchTest {
 protected:
  static v1::PersonDetails Numbered(const std::string& name, const std::string& date_of_birth = "1990-05-07") {
    v1::PersonDetails details = Ada();
    details.set_full_name(name);
    details.set_date_of_birth(date_of_birth);
    details.set_nino(kNino);
    return details;
  }
  // Lambeth has Ada Lovelace; the job centre registers her with the same number under the name she has now.
  TwoAdas Renamed() {
    TwoAdas two{Register("lambeth", Numbered("Ada Lovelace")).person_ref(),
                Register("jobcentre", Numbered("Ada Byron"))};
    EXPECT_TRUE(two.jobcentre.has_possible_match());
    return two;
  }
  bool AreOne(const TwoAdas& two) {
    v1::ResolveRefRequest request;
    request.set_on_behalf_of(desk_.IdOf("jobcentre"));
    request.set_person_ref(two.jobcentre.person_ref());
    const auto resolved = desk_.Ask(desk_.services().person(), &PersonService::ResolveRef, "service/referral", request);
    EXPECT_TRUE(resolved.ok()) << resolved.status();
    const auto& joined = resolved->joined_person_ids();
    return std::count(joined.begin(), joined.end(), desk_.PersonId("lambeth", two.lambeth)) == 1;
  }
  // The job centre registers somebody and says wrong names, until its share of them is used up.
  void UseUpRefusals(const v1::PersonDetails& details) {
    for (int i = 0; i < kRefusedADayMax; ++i) {
      const v1::RegisterPersonResponse again = Register("jobcentre", details);
      EXPECT_THAT(ConfirmByName("jobcentre", again, Cat("Ada Guess", std::string(1, static_cast<char>('a' + i)))),
                  Denied());
    }
  }
};

TEST_F(ConfirmationTest, AChangedSurnameIsJoinedByTheFormerName) {
  const TwoAdas two = Renamed();
  EXPECT_THAT(two.jobcentre.possible_match().agreed_fields(),
              UnorderedElementsAre("date_of_birth", "postcode", "nino"));
  EXPECT_FALSE(AreOne(two));
  const auto joined = ConfirmByName("jobcentre", two.jobcentre, "LOVELACE, Ada");
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->person_ref(), two.jobcentre.person_ref());
  EXPECT_TRUE(AreOne(two));
  EXPECT_EQ(desk_.Audited("person.joined"), 2);
}

TEST_F(ConfirmationTest, ABirthdayWrittenWronglyIsJoinedByTheOneTheOtherDeskHas) {
  const TwoAdas two{Register("lambeth", Numbered("Ada Lovelace", "1990-05-07")).person_ref(),
                    Register("jobcentre", Numbered("Ada Lovelace", "1990-07-05"))};
  EXPECT_THAT(two.jobcentre.possible_match().agreed_fields(), UnorderedElementsAre("full_name", "postcode", "nino"));
  const auto joined = ConfirmByBirthday("jobcentre", two.jobcentre, "1990-05-07");
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_TRUE(AreOne(two));
}

TEST_F(ConfirmationTest, ABirthdayThatIsWhollyDifferentIsShownToo) {
  Register("lambeth", Numbered("Ada Lovelace", "1990-05-07"));
  const v1::RegisterPersonResponse second = Register("jobcentre", Numbered("Ada Lovelace", "1961-11-28"));
  ASSERT_TRUE(second.has_possible_match());
  EXPECT_THAT(ConfirmByBirthday("jobcentre", second, "1990-05-08"), Denied());
  EXPECT_TRUE(
      ConfirmByBirthday("jobcentre", Register("jobcentre", Numbered("Ada Lovelace", "1961-11-28")), "1990-05-07").ok());
}

TEST_F(ConfirmationTest, ADuplicateMadeEarlierIsJoinedByRegisteringAgain) {
  const TwoAdas two = Renamed();
  desk_.clock().Advance(absl::Hours(24 * 30));
  const v1::RegisterPersonResponse again = Register("jobcentre", Numbered("Ada Byron"));
  EXPECT_EQ(again.person_ref(), two.jobcentre.person_ref()) << "registering again makes no third";
  ASSERT_TRUE(again.has_possible_match());
  EXPECT_THAT(ConfirmByName("jobcentre", two.jobcentre, "Ada Lovelace"), Denied()) << "that token is over";
  ASSERT_TRUE(ConfirmByName("jobcentre", again, "Ada Lovelace").ok());
  EXPECT_TRUE(AreOne(two));

  const v1::RegisterPersonResponse third = Register("jobcentre", Numbered("Ada Byron"));
  EXPECT_EQ(third.person_ref(), two.jobcentre.person_ref());
  EXPECT_FALSE(third.has_possible_match()) << "they are one";
}

TEST_F(ConfirmationTest, ADuplicateMadeEarlierIsJoinedFromEitherDesk) {
  const TwoAdas two = Renamed();
  const v1::RegisterPersonResponse again = Register("lambeth", Numbered("Ada Lovelace"));
  EXPECT_EQ(again.person_ref(), two.lambeth);
  ASSERT_TRUE(again.has_possible_match());
  ASSERT_TRUE(ConfirmByName("lambeth", again, "Ada Byron").ok());
  EXPECT_TRUE(AreOne(two));
}

TEST_F(ConfirmationTest, WhoIsJoinedIsCertainUnderEachOfTheirNames) {
  const TwoAdas two = Renamed();
  ASSERT_TRUE(ConfirmByName("jobcentre", two.jobcentre, "Ada Lovelace").ok());
  for (const char* name : {"Ada Byron", "Ada Lovelace"}) {
    const v1::RegisterPersonResponse third = Register("college", Numbered(name));
    EXPECT_FALSE(third.has_possible_match()) << name;
    const std::string known = desk_.PersonId("college", third.person_ref());
    EXPECT_EQ(known, name == std::string("Ada Byron") ? desk_.PersonId("jobcentre", two.jobcentre.person_ref())
                                                      : desk_.PersonId("lambeth", two.lambeth));
  }
}

TEST_F(ConfirmationTest, ANumberOfOneOfTheFamilyIsANumberOfEach) {
  const TwoAdas two = Join();  // the job centre's has no number
  v1::PersonDetails married = Ada();
  married.set_full_name("Ada Byron");
  married.set_uln(kUln);
  const v1::RegisterPersonResponse byron = Register("college", married);
  ASSERT_TRUE(Confirm("college", Confirming(byron.possible_match().match_token(), kNino)).ok());
  married.clear_uln();
  married.set_nino(kNino);
  const v1::RegisterPersonResponse again = Register("jobcentre", married);
  EXPECT_EQ(desk_.PersonId("jobcentre", again.person_ref()), desk_.PersonId("college", byron.person_ref()))
      << "her number was given at lambeth, her name now at the college";
  EXPECT_FALSE(again.has_possible_match());
}

TEST_F(ConfirmationTest, TwoWhoAreBothCertainAreOneOfThemFirstAndCanBeJoined) {
  v1::PersonDetails learner = Ada();
  learner.set_uln(kUln);
  const std::string college = Register("college", learner).person_ref();
  desk_.clock().Advance(absl::Seconds(1));
  v1::PersonDetails worker = Ada();
  worker.set_nino(kNino);
  const std::string lambeth = Register("lambeth", worker).person_ref();
  worker.set_uln(kUln);
  const v1::RegisterPersonResponse both = Register("jobcentre", worker);
  EXPECT_EQ(desk_.PersonId("jobcentre", both.person_ref()), desk_.PersonId("lambeth", lambeth));
  EXPECT_THAT(both.possible_match().agreed_fields(),
              UnorderedElementsAre("full_name", "date_of_birth", "postcode", "uln"));
  EXPECT_EQ(Register("college", learner).person_ref(), college) << "the learner number was theirs first";
  ASSERT_TRUE(ConfirmByName("jobcentre", both, "Ada Lovelace").ok()) << "the other desk has the very name";
  EXPECT_FALSE(Register("jobcentre", worker).has_possible_match());
}

TEST_F(ConfirmationTest, AWrongFormerNameIsRefusedAndCounted) {
  const TwoAdas two = Renamed();
  const auto wrong = ConfirmByName("jobcentre", two.jobcentre, "Ada Hopper");
  const auto late = ConfirmByName("jobcentre", two.jobcentre, "Ada Lovelace");
  EXPECT_THAT(wrong, Denied());
  EXPECT_EQ(wrong.status(), late.status()) << "a wrong name and a used token are one answer";
  EXPECT_FALSE(AreOne(two));
  EXPECT_EQ(desk_.Audited("person.match-refused"), 2) << "with both people";

  desk_.clock().Advance(absl::Hours(24));
  UseUpRefusals(Numbered("Ada Byron"));
  const v1::RegisterPersonResponse again = Register("jobcentre", Numbered("Ada Byron"));
  EXPECT_TRUE(absl::IsResourceExhausted(ConfirmByName("jobcentre", again, "Ada Lovelace").status()));
  desk_.clock().Advance(absl::Hours(24));
  EXPECT_TRUE(ConfirmByName("jobcentre", Register("jobcentre", Numbered("Ada Byron")), "Ada Lovelace").ok());
}

TEST_F(ConfirmationTest, WhereNoNumberIsSharedANameJoinsNobody) {
  Register("lambeth", Numbered("Ada Lovelace"));
  v1::PersonDetails without = Numbered("Ada Byron");
  without.clear_nino();
  const v1::RegisterPersonResponse second = Register("jobcentre", without);
  ASSERT_TRUE(second.has_possible_match()) << "by the number that lambeth has";
  EXPECT_THAT(ConfirmByName("jobcentre", second, "Ada Lovelace"), Denied());
  without.set_full_name("Ada Lovelace");
  const v1::RegisterPersonResponse third = Register("jobcentre", without);
  ASSERT_TRUE(third.has_possible_match());
  EXPECT_THAT(ConfirmByBirthday("jobcentre", third, "1990-05-07"), Denied());
  EXPECT_EQ(desk_.Audited("person.match-refused"), 4);
  EXPECT_TRUE(PersonChanges(PersonChange::TYPE_MERGED).empty());
}

TEST_F(ConfirmationTest, WhereNameAndBirthdayBothDifferNobodyIsShown) {
  Register("lambeth", Numbered("Ada Lovelace", "1990-05-07"));
  v1::PersonDetails both_other = Numbered("Ada Byron", "1990-07-05");
  both_other.set_uln(kUln);
  EXPECT_FALSE(Register("jobcentre", both_other).has_possible_match()) << "neither could be said to complete it";
}

TEST_F(ConfirmationTest, EachOrganisationIsToldOfAMatchOfItsOwn) {
  const TwoAdas two = Renamed();
  const v1::RegisterPersonResponse college = Register("college", Numbered("Ada Byron"));
  EXPECT_EQ(desk_.PersonId("college", college.person_ref()), desk_.PersonId("jobcentre", two.jobcentre.person_ref()));
  EXPECT_THAT(ConfirmByName("college", two.jobcentre, "Ada Lovelace"), Denied()) << "another's token";
  EXPECT_THAT(ConfirmByName("college", college, "Ada Hopper"), Denied());
  EXPECT_TRUE(ConfirmByName("jobcentre", two.jobcentre, "Ada Lovelace").ok()) << "what the college did is its own";
  EXPECT_TRUE(AreOne(two));
}

TEST_F(ConfirmationTest, WhatTwoDesksConfirmIsOneJoin) {
  const TwoAdas two = Renamed();
  const v1::RegisterPersonResponse college = Register("college", Numbered("Ada Byron"));
  EXPECT_TRUE(ConfirmByName("college", college, "Ada Lovelace").ok());
  EXPECT_TRUE(ConfirmByName("jobcentre", two.jobcentre, "Ada Lovelace").ok());
  EXPECT_EQ(PersonChanges(PersonChange::TYPE_MERGED).size(), 1u);
}

TEST_F(ConfirmationTest, ARetryIsAnsweredAlike) {
  const TwoAdas two = Renamed();
  v1::ConfirmMatchRequest request;
  request.set_match_token(two.jobcentre.possible_match().match_token());
  request.set_former_name("Ada Lovelace");
  request.set_person_present(true);
  request.set_request_id(ids::Uuid::Random().ToString());
  const auto first = Confirm("jobcentre", request);
  const auto again = Confirm("jobcentre", request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(PersonChanges(PersonChange::TYPE_MERGED).size(), 1u);
}

// An organisation that has numbers, birthdays and postcodes of people, and wants their names.
TEST_F(ConfirmationTest, WhoHasANumberAndABirthdayIsToldThatTheyAgreeAndNothingElse) {
  constexpr int kTargets = kShownADayMax + 50;
  auto target = [](int i, const std::string& name) {
    v1::PersonDetails details = Numbered(name, Cat(1950 + i % 50, "-0", 1 + i % 9, "-1", i % 9));
    details.set_nino(Cat("AB", 200000 + i, "C"));
    return details;
  };
  for (int i = 0; i < kTargets; ++i)
    Register("lambeth", target(i, Cat("Target X", std::string(static_cast<size_t>(1 + i % 9), 'y'))));
  int shown = 0, refused = 0, exhausted = 0;
  for (int i = 0; i < kTargets; ++i) {
    const v1::RegisterPersonResponse response = Register("college", target(i, "Guess Who"));
    if (!response.has_possible_match()) continue;
    ++shown;
    EXPECT_THAT(response.possible_match().agreed_fields(), UnorderedElementsAre("date_of_birth", "postcode", "nino"));
    const auto guess = ConfirmByName("college", response, "Target Guess");
    refused += absl::IsPermissionDenied(guess.status());
    exhausted += absl::IsResourceExhausted(guess.status());
    EXPECT_FALSE(guess.ok());
  }
  EXPECT_EQ(shown, kShownADayMax);
  EXPECT_EQ(refused, kRefusedADayMax);
  EXPECT_EQ(exhausted, kShownADayMax - kRefusedADayMax);
  EXPECT_EQ(desk_.Audited("person.match-refused"), 2 * kRefusedADayMax);
  EXPECT_TRUE(PersonChanges(PersonChange::TYPE_MERGED).empty());
}

TEST_F(ConfirmationTest, WhoHasANumberAloneIsToldNothing) {
  Register("lambeth", Numbered("Ada Lovelace"));
  v1::PersonDetails guess = Numbered("Grace Hopper", "1961-11-28");
  guess.clear_postcode();
  EXPECT_FALSE(Register("college", guess).has_possible_match());
}

}  // namespace
}  // namespace nwd::consent
