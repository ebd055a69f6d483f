#include "services/consent/authority_service.h"

#include "services/consent/authority_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "tests/services/consent/authority_desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::Contains;
using ::testing::ElementsAre;

constexpr char kRequest[] = "7f3c0b1e-0000-4000-8000-000000000009";

class AuthorityServiceTest : public AuthorityTest {
 protected:
  std::vector<std::string> IdsFor(const std::string& who, const std::string& ref) {
    const auto listed = List(who, ref);
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::vector<std::string> ids;
    for (const v1::Authority& authority : listed->authorities()) ids.push_back(authority.authority_id());
    return ids;
  }
};

TEST_F(AuthorityServiceTest, WhatIsAssertedStandsAsAssertedAndIsAudited) {
  const auto asserted = Assert(Terms());
  ASSERT_TRUE(asserted.ok()) << asserted.status();
  EXPECT_EQ(asserted->state(), v1::AUTHORITY_STATE_ASSERTED);
  const v1::Authority authority = Get(asserted->authority_id());
  EXPECT_EQ(authority.etag(), asserted->etag());
  EXPECT_EQ(authority.person_ref(), ref_);
  EXPECT_EQ(authority.terms().SerializeAsString(), Terms().SerializeAsString());
  EXPECT_EQ(authority.asserter_organisation_id(), desk_.IdOf("lambeth"));
  EXPECT_EQ(authority.approver_organisation_id(), "");
  EXPECT_FALSE(authority.has_approve_time());
  EXPECT_FALSE(authority.has_end_time());
  EXPECT_EQ(FromTimestamp(authority.create_time()), desk_.clock().Now());
  EXPECT_EQ(desk_.Audited("authority.asserted"), 1);
}

TEST_F(AuthorityServiceTest, OnlyWhoHoldsThePersonAsserts) {
  const std::string strangers = desk_.RefFor("stranger", ref_, "lambeth");
  v1::AuthorityTerms terms = Terms(LAWFUL_BASIS_LEGITIMATE_INTERESTS);
  EXPECT_THAT(AssertBy("stranger", strangers, terms), Denied());
  EXPECT_THAT(AssertBy("lambeth", college_ref_, Terms()), Denied()) << "a reference of another organisation";
}

TEST_F(AuthorityServiceTest, TermsAreJudgedAllAtOnce) {
  v1::AuthorityTerms terms = Terms(LAWFUL_BASIS_LEGITIMATE_INTERESTS);
  terms.add_categories()->set_category(CATEGORY_SAFEGUARDING);
  terms.mutable_categories()->rbegin()->set_necessity("to keep them safe");
  terms.add_recipient_organisation_ids(ids::Uuid::Random().ToString());
  const auto asserted = Assert(terms);
  EXPECT_THAT(asserted, Invalid());
  EXPECT_THAT(FieldsOf(asserted.status()),
              ElementsAre("terms.lawful_basis", "terms.special_category_condition",
                          "terms.recipient_organisation_ids[1]", "terms.categories[2].category"));
  EXPECT_THAT(IdsFor("lambeth", ref_), ElementsAre()) << "nothing was kept";
}

TEST_F(AuthorityServiceTest, AConsentsBasisIsNoAuthoritys) {
  EXPECT_THAT(FieldsOf(Assert(Terms(LAWFUL_BASIS_CONSENT)).status()), Contains("terms.lawful_basis"));
}

TEST_F(AuthorityServiceTest, ARecipientThatLeftIsNone) {
  access::Organisation college = *desk_.registry().FindById(desk_.IdOf("college"));
  college.state = ORGANISATION_STATE_LEFT;
  desk_.registry().Set(college);
  EXPECT_THAT(FieldsOf(Assert(Terms()).status()), ElementsAre("terms.recipient_organisation_ids[0]"));
}

TEST_F(AuthorityServiceTest, TheAgreementMustBeKnownNotOverAndTheAssertersOwn) {
  const auto with = [&](const std::string& agreement_id) {
    v1::AuthorityTerms terms = Terms();
    terms.set_agreement_id(agreement_id);
    return Assert(terms).status();
  };
  EXPECT_THAT(FieldsOf(with(ids::Uuid::Random().ToString())), ElementsAre("terms.agreement_id"));
  AgreementChange other = desk_.AgreementOf({"college", "trust"});
  other.add_lawful_bases(LAWFUL_BASIS_PUBLIC_TASK);
  EXPECT_THAT(FieldsOf(with(desk_.AddAgreement(other))), ElementsAre("terms.agreement_id"));
  AgreementChange over = agreement_;
  over.set_agreement_id(ids::Uuid::Random().ToString());
  *over.mutable_end_time() = ToTimestamp(now());
  EXPECT_THAT(FieldsOf(with(desk_.AddAgreement(over))), ElementsAre("terms.agreement_id"));
  AgreementChange to_come = agreement_;
  to_come.set_agreement_id(ids::Uuid::Random().ToString());
  *to_come.mutable_valid_from() = ToTimestamp(now() + absl::Hours(24));
  EXPECT_TRUE(with(desk_.AddAgreement(to_come)).ok());
  AgreementChange elsewhere = agreement_;
  elsewhere.set_agreement_id(ids::Uuid::Random().ToString());
  EXPECT_TRUE(with(desk_.AddAgreementToDirectoryOnly(elsewhere)).ok()) << "the directory is asked";
}

TEST_F(AuthorityServiceTest, WhatTheAgreementDoesNotForeseeIsNamedAllAtOnce) {
  v1::AuthorityTerms terms = Terms();
  terms.set_purpose(PURPOSE_REFERRAL);
  terms.mutable_categories(1)->set_category(CATEGORY_GOALS);
  terms.add_recipient_organisation_ids(desk_.IdOf("stranger"));
  EXPECT_THAT(FieldsOf(Assert(terms).status()),
              ElementsAre("terms.purpose", "terms.categories[1].category", "terms.recipient_organisation_ids[1]"));
}

TEST_F(AuthorityServiceTest, WhereALifeIsInDangerNoAgreementIsNeeded) {
  v1::AuthorityTerms terms = Terms(LAWFUL_BASIS_VITAL_INTERESTS);
  terms.clear_agreement_id();
  terms.clear_statutory_gateway();
  EXPECT_TRUE(Permitted(Active(terms)));
}

TEST_F(AuthorityServiceTest, ARetryIsTheSameAuthorityAndAnotherContentIsRefused) {
  const auto first = Assert(Terms(), kRequest);
  const auto again = Assert(Terms(), kRequest);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->authority_id(), again->authority_id());
  EXPECT_THAT(IdsFor("lambeth", ref_), ElementsAre(first->authority_id()));
  EXPECT_EQ(desk_.Audited("authority.asserted"), 1);
  v1::AuthorityTerms other = Terms();
  other.set_max_uses(7);
  EXPECT_THAT(Assert(other, kRequest), Refused(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
}

TEST_F(AuthorityServiceTest, OfOneAsserterAtMostSoManyAreNotOverAndNoneOfThemHindersAnother) {
  const auto limit_reached = Refused(absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED");
  const std::string first = Asserted();
  for (int i = 1; i < kAuthoritiesPerAsserterMax; ++i) ASSERT_TRUE(Assert(Terms()).ok());
  EXPECT_THAT(Assert(Terms()), limit_reached);
  v1::AuthorityTerms vital = Terms(LAWFUL_BASIS_VITAL_INTERESTS);
  vital.clear_agreement_id();
  EXPECT_TRUE(AssertBy("trust", trust_ref_, vital).ok());
  ASSERT_TRUE(End("lambeth", first).ok());
  EXPECT_TRUE(Assert(Terms()).ok()) << "one that ended leaves room";
  EXPECT_THAT(Assert(Terms()), limit_reached);
  desk_.clock().Advance(absl::Hours(24 * 90));
  EXPECT_TRUE(Assert(Terms()).ok()) << "the time of all of them is over";
}

TEST_F(AuthorityServiceTest, WhatIsOverIsNotLookedAtWhenAnotherIsAsserted) {
  const std::string ended = Asserted(), objected = Asserted(), overturned = Asserted();
  ASSERT_TRUE(End("lambeth", ended).ok());
  ASSERT_TRUE(Object("lambeth", objected).ok());
  ASSERT_TRUE(Overturn("trust", overturned).ok());
  const ids::Uuid person = IdIn(desk_.PersonId("lambeth", ref_));
  const auto count = [&](const store::Reader& reader) {
    return authorities::CountStanding(reader, person, IdIn(desk_.IdOf("lambeth")), now());
  };
  EXPECT_EQ(async::BlockOn(desk_.store().View(count))->all, 0);
  Asserted();
  Active();
  EXPECT_EQ(async::BlockOn(desk_.store().View(count))->all, 2);
  EXPECT_EQ(async::BlockOn(desk_.store().View(count))->asserted, 2);
  const auto damage = [&](store::Txn& txn) {
    for (const std::string& id : {ended, objected, overturned}) txn.Put(keys::Authority(IdIn(id)), "\xff");
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(desk_.store().Update(damage)).ok());
  EXPECT_TRUE(Assert(Terms()).ok());
  EXPECT_FALSE(List("lambeth", ref_).ok()) << "they are damaged indeed";
}

TEST_F(AuthorityServiceTest, WhatStandsOfOnePersonUnderTwoIdsCountsTogether) {
  const std::string other_ref = desk_.Register("lambeth", "Augusta King");
  for (int i = 0; i < kAuthoritiesPerAsserterMax / 2; ++i) {
    ASSERT_TRUE(Assert(Terms()).ok());
    ASSERT_TRUE(AssertBy("lambeth", other_ref, Terms()).ok());
  }
  ASSERT_TRUE(Assert(Terms()).ok()) << "two people";
  const ids::Uuid a = IdIn(desk_.PersonId("lambeth", ref_)), b = IdIn(desk_.PersonId("lambeth", other_ref));
  const auto join = [&](store::Txn& txn) { return joins::Join(txn, b, a); };
  ASSERT_TRUE(*async::BlockOn(desk_.store().Update(join)));
  for (const std::string& ref : {ref_, other_ref}) {
    EXPECT_THAT(AssertBy("lambeth", ref, Terms()), Refused(absl::StatusCode::kFailedPrecondition, "LIMIT_REACHED"));
  }
}

TEST_F(AuthorityServiceTest, WhoHoldsThePersonSeesWhatConcernsThem) {
  const std::string active = Active();
  desk_.clock().Advance(absl::Seconds(1));
  const std::string asserted = Asserted();
  EXPECT_THAT(IdsFor("lambeth", ref_), ElementsAre(asserted, active)) << "its asserter, the newest first";
  EXPECT_THAT(IdsFor("college", college_ref_), ElementsAre(asserted, active)) << "who is named";
  EXPECT_THAT(IdsFor("trust", trust_ref_), ElementsAre(asserted, active)) << "who approved, or could";
  desk_.Add("hostel");
  const std::string hostel_ref = desk_.Register("hostel", "Ada Lovelace", "AB123456C");
  EXPECT_THAT(IdsFor("hostel", hostel_ref), ElementsAre(asserted)) << "what another approved is none of its business";
  EXPECT_THAT(List("stranger", desk_.RefFor("stranger", ref_, "lambeth")), Denied());
  EXPECT_EQ(List("college", college_ref_)->authorities(0).person_ref(), college_ref_);
}

TEST_F(AuthorityServiceTest, AChannelShowsThePersonAllThereAreAboutThem) {
  desk_.AddChannel("app");
  const std::string app_ref = desk_.Enrol("app", "trust", trust_ref_);
  const std::string active = Active();
  desk_.clock().Advance(absl::Seconds(1));
  const std::string asserted = Asserted();
  EXPECT_THAT(IdsFor("app", app_ref), ElementsAre(asserted, active));
  const v1::Authority shown = List("app", app_ref)->authorities(0);
  EXPECT_EQ(shown.person_ref(), app_ref);
  EXPECT_EQ(shown.terms().grounds(), Terms().grounds());
  EXPECT_FALSE(shown.awaits_caller()) << "it is nobody's second";
  ASSERT_TRUE(desk_.EndEnrolment("app", app_ref, "").ok());
  EXPECT_THAT(List("app", app_ref), Denied());
}

TEST_F(AuthorityServiceTest, AChannelIsNoRecipient) {
  v1::AuthorityTerms terms = Terms();
  terms.add_recipient_organisation_ids(desk_.AddChannel("app"));
  EXPECT_THAT(FieldsOf(Assert(terms).status()), ElementsAre("terms.recipient_organisation_ids[1]"));
}

TEST_F(AuthorityServiceTest, WhoCanApproveIsToldThatItAwaitsThem) {
  const std::string id = Asserted();
  EXPECT_FALSE(List("lambeth", ref_)->authorities(0).awaits_caller());
  EXPECT_FALSE(List("college", college_ref_)->authorities(0).awaits_caller());
  EXPECT_TRUE(List("trust", trust_ref_)->authorities(0).awaits_caller());
  ASSERT_TRUE(Approve("trust", id).ok());
  EXPECT_FALSE(List("trust", trust_ref_)->authorities(0).awaits_caller());
}

TEST_F(AuthorityServiceTest, PagesFollowEachOther) {
  std::vector<std::string> expected;
  for (int i = 0; i < 5; ++i) {
    expected.insert(expected.begin(), Asserted());
    desk_.clock().Advance(absl::Seconds(1));
  }
  std::vector<std::string> seen;
  std::string token;
  do {
    const auto page = List("lambeth", ref_, 2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Authority& authority : page->authorities()) seen.push_back(authority.authority_id());
    token = page->next_page_token();
  } while (!token.empty());
  EXPECT_EQ(seen, expected);
  const std::string lambeths = List("lambeth", ref_, 2)->next_page_token();
  EXPECT_THAT(List("college", college_ref_, 2, lambeths), Refused(absl::StatusCode::kInvalidArgument, "INVALID_TOKEN"))
      << "a token of another caller";
}

TEST_F(AuthorityServiceTest, OfOnePersonUnderTwoIdsAllAreListed) {
  const std::string other_ref = desk_.Register("trust", "Augusta King");
  const std::string other = AssertBy("trust", other_ref,
                                     [&] {
                                       v1::AuthorityTerms terms = Terms(LAWFUL_BASIS_VITAL_INTERESTS);
                                       terms.clear_agreement_id();
                                       return terms;
                                     }())
                                ->authority_id();
  const std::string id = Asserted();
  const ids::Uuid a = IdIn(desk_.PersonId("lambeth", ref_)), b = IdIn(desk_.PersonId("trust", other_ref));
  const auto join = [&](store::Txn& txn) { return joins::Join(txn, b, a); };
  ASSERT_TRUE(*async::BlockOn(desk_.store().Update(join)));
  EXPECT_THAT(IdsFor("trust", trust_ref_), ::testing::UnorderedElementsAre(id, other));
  EXPECT_THAT(IdsFor("trust", other_ref), ::testing::UnorderedElementsAre(id, other));
}

TEST_F(AuthorityServiceTest, ItsDayOfReviewIsToldFromThatDayUntilItIsOver) {
  v1::AuthorityTerms terms = Terms();
  terms.set_review_on("2026-03-10");
  const std::string id = Active(terms);
  EXPECT_FALSE(Get(id).review_due());
  desk_.clock().Advance(absl::Hours(24 * 8));
  EXPECT_TRUE(Get(id).review_due());
  EXPECT_TRUE(Permitted(id)) << "it ends nothing";
  ASSERT_TRUE(End("lambeth", id).ok());
  EXPECT_FALSE(Get(id).review_due());
}

}  // namespace
}  // namespace nwd::consent
