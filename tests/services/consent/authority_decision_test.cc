#include "services/consent/authority_decision.h"

#include <gtest/gtest.h>

#include <functional>

#include "common/base/timestamps.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

const ids::Uuid kBorough = *ids::Uuid::Parse("11111111-1111-1111-1111-111111111111");
const ids::Uuid kCollege = *ids::Uuid::Parse("22222222-2222-2222-2222-222222222222");
const ids::Uuid kTrust = *ids::Uuid::Parse("33333333-3333-3333-3333-333333333333");
const ids::Uuid kStranger = *ids::Uuid::Parse("44444444-4444-4444-4444-444444444444");
const ids::Uuid kAgreement = *ids::Uuid::Parse("55555555-5555-5555-5555-555555555555");
const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr CategoryMask kTwo = MaskOf(CATEGORY_SKILLS) | MaskOf(CATEGORY_CIRCUMSTANCES);

std::string Bytes(const ids::Uuid& id) { return std::string(id.bytes()); }

storage::Authority Active() {
  storage::Authority authority;
  authority.set_asserter_organisation_id(Bytes(kBorough));
  authority.set_approver_organisation_id(Bytes(kTrust));
  authority.set_state(v1::AUTHORITY_STATE_APPROVED);
  authority.set_lawful_basis(LAWFUL_BASIS_PUBLIC_TASK);
  authority.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  authority.set_categories(kTwo);
  authority.add_recipients()->set_organisation_id(Bytes(kCollege));
  authority.set_mode(v1::SHARING_MODE_STORE);
  authority.set_approve_time_us(Micros(kNow - absl::Hours(1)));
  authority.set_valid_until_us(Micros(kNow + absl::Hours(1)));
  authority.set_agreement_id(Bytes(kAgreement));
  return authority;
}

AgreementChange Agreement() {
  AgreementChange agreement;
  agreement.set_agreement_id(kAgreement.ToString());
  for (const ids::Uuid& party : {kBorough, kCollege}) agreement.add_party_organisation_ids(party.ToString());
  agreement.add_lawful_bases(LAWFUL_BASIS_PUBLIC_TASK);
  agreement.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  agreement.add_categories(CATEGORY_SKILLS);
  agreement.add_categories(CATEGORY_CIRCUMSTANCES);
  *agreement.mutable_end_time() = ToTimestamp(kNow + absl::Hours(24));
  return agreement;
}

Question Asked() {
  return {.organisation_id = kCollege,
          .kind = ORGANISATION_KIND_COLLEGE,
          .purpose = PURPOSE_EMPLOYMENT_SUPPORT,
          .categories = kTwo,
          .mode = v1::SHARING_MODE_VIEW};
}

TEST(AuthorityDecision, PermitsExactlyWhatIsNamed) {
  const AgreementChange agreement = Agreement();
  Question question = Asked();
  question.categories |= MaskOf(CATEGORY_GOALS);
  const Decision decision = Decide(Active(), question, &agreement, kNow);
  EXPECT_EQ(decision.permitted, kTwo);
  EXPECT_EQ(decision.own_only, 0u) << "an authority needs no corroboration";
  EXPECT_EQ(decision.reason(CATEGORY_GOALS), v1::DENIAL_REASON_NOT_COVERED);
}

TEST(AuthorityDecision, EachThingThatDoesNotHoldIsToldAsItself) {
  struct Row {
    const char* what;
    std::function<void(storage::Authority&, Question&, AgreementChange&)> change;
    v1::DenialReason reason;
  };
  using A = storage::Authority;
  using Q = Question;
  using G = AgreementChange;
  const Row rows[] = {
      {"not named", [](A&, Q& q, G&) { q.organisation_id = kStranger; }, v1::DENIAL_REASON_NOT_RECIPIENT},
      {"asserter", [](A&, Q& q, G&) { q.organisation_id = kBorough; }, v1::DENIAL_REASON_NOT_RECIPIENT},
      {"not approved", [](A& a, Q&, G&) { a.set_state(v1::AUTHORITY_STATE_ASSERTED); }, v1::DENIAL_REASON_NOT_IN_FORCE},
      {"ended", [](A& a, Q&, G&) { a.set_state(v1::AUTHORITY_STATE_ENDED); }, v1::DENIAL_REASON_NOT_IN_FORCE},
      {"objected to", [](A& a, Q&, G&) { a.set_state(v1::AUTHORITY_STATE_OBJECTED); }, v1::DENIAL_REASON_NOT_IN_FORCE},
      {"overturned", [](A& a, Q&, G&) { a.set_state(v1::AUTHORITY_STATE_OVERTURNED); }, v1::DENIAL_REASON_NOT_IN_FORCE},
      {"not yet", [](A& a, Q&, G&) { a.set_valid_from_us(Micros(kNow) + 1); }, v1::DENIAL_REASON_OUT_OF_TIME},
      {"no longer", [](A& a, Q&, G&) { a.set_valid_until_us(Micros(kNow)); }, v1::DENIAL_REASON_OUT_OF_TIME},
      {"purpose", [](A&, Q& q, G&) { q.purpose = PURPOSE_REFERRAL; }, v1::DENIAL_REASON_OTHER_PURPOSE},
      {"mode", [](A&, Q& q, G&) { q.mode = v1::SHARING_MODE_ONWARD; }, v1::DENIAL_REASON_OTHER_MODE},
      {"categories", [](A& a, Q&, G&) { a.set_categories(0); }, v1::DENIAL_REASON_NOT_COVERED},
      {"kind", [](A&, Q& q, G&) { q.kind = ORGANISATION_KIND_UNSPECIFIED; }, v1::DENIAL_REASON_ABOVE_CEILING},
      {"agreement's end", [](A&, Q&, G& g) { *g.mutable_end_time() = ToTimestamp(kNow); },
       v1::DENIAL_REASON_NOT_UNDER_AGREEMENT},
      {"agreement's bases", [](A&, Q&, G& g) { g.set_lawful_bases(0, LAWFUL_BASIS_CONSENT); },
       v1::DENIAL_REASON_NOT_UNDER_AGREEMENT},
      {"agreement's parties", [](A&, Q&, G& g) { g.clear_party_organisation_ids(); },
       v1::DENIAL_REASON_NOT_UNDER_AGREEMENT},
      {"another agreement", [](A&, Q&, G& g) { g.set_agreement_id(kStranger.ToString()); },
       v1::DENIAL_REASON_NOT_UNDER_AGREEMENT},
      {"uses", [](A& a, Q&, G&) { a.set_max_uses(1), a.set_uses(1); }, v1::DENIAL_REASON_USED_UP},
  };
  for (const Row& row : rows) {
    storage::Authority authority = Active();
    Question question = Asked();
    AgreementChange agreement = Agreement();
    row.change(authority, question, agreement);
    const Decision decision = Decide(authority, question, &agreement, kNow);
    EXPECT_EQ(decision.permitted, 0u) << row.what;
    EXPECT_EQ(v1::DenialReason_Name(decision.reason(CATEGORY_SKILLS)), v1::DenialReason_Name(row.reason)) << row.what;
  }
}

TEST(AuthorityDecision, AnAgreementThatIsNotKnownDeniesAndNoneCitedDoesNot) {
  EXPECT_EQ(Decide(Active(), Asked(), nullptr, kNow).reason(CATEGORY_SKILLS), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT);
  storage::Authority vital = Active();
  vital.set_lawful_basis(LAWFUL_BASIS_VITAL_INTERESTS);
  vital.clear_agreement_id();
  EXPECT_EQ(Decide(vital, Asked(), nullptr, kNow).permitted, kTwo);
}

TEST(AuthorityDecision, CeilingsByKindHoldAsUnderAConsent) {
  const AgreementChange agreement = Agreement();
  Question question = Asked();
  question.kind = ORGANISATION_KIND_EMPLOYER;
  const Decision decision = Decide(Active(), question, &agreement, kNow);
  EXPECT_EQ(decision.permitted, MaskOf(CATEGORY_SKILLS));
  EXPECT_EQ(decision.reason(CATEGORY_CIRCUMSTANCES), v1::DENIAL_REASON_ABOVE_CEILING);
}

TEST(AuthorityDecision, WhetherAReferralIsOpenDoesNotMatter) {
  const AgreementChange agreement = Agreement();
  Question question = Asked();
  for (const bool prospective : {false, true}) {
    question.prospective = prospective;
    EXPECT_EQ(Decide(Active(), question, &agreement, kNow).permitted, kTwo);
  }
}

TEST(AuthorityDecision, WhoJudgesIsOfAKindThatCouldBeLetSeeAllOfIt) {
  storage::Authority authority = Active();
  authority.set_categories(MaskOf(CATEGORY_IDENTITY) | MaskOf(CATEGORY_SAFEGUARDING));
  EXPECT_TRUE(MayJudge(authority, kTrust, ORGANISATION_KIND_BOROUGH));
  EXPECT_FALSE(MayJudge(authority, kTrust, ORGANISATION_KIND_EMPLOYER));
  EXPECT_FALSE(MayJudge(authority, kCollege, ORGANISATION_KIND_BOROUGH)) << "a recipient";
  authority.set_categories(MaskOf(CATEGORY_IDENTITY));
  EXPECT_FALSE(MayJudge(authority, kTrust, ORGANISATION_KIND_EMPLOYER)) << "the grounds tell of more";
}

TEST(AuthorityDecision, WhoIsNeitherAsserterNorRecipientIsNeutral) {
  const storage::Authority authority = Active();
  for (const ids::Uuid& id : {kBorough, kCollege}) EXPECT_FALSE(IsNeutral(authority, id));
  for (const ids::Uuid& id : {kTrust, kStranger}) EXPECT_TRUE(IsNeutral(authority, id));
  for (const ids::Uuid& id : {kBorough, kCollege, kTrust}) EXPECT_TRUE(IsParty(authority, id));
  EXPECT_FALSE(IsParty(authority, kStranger));
}

}  // namespace
}  // namespace nwd::consent
