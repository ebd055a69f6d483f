#include "services/consent/decide.h"

#include <gtest/gtest.h>

#include <functional>

#include "common/base/timestamps.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

const ids::Uuid kCaptor = *ids::Uuid::Parse("11111111-1111-1111-1111-111111111111");
const ids::Uuid kCollege = *ids::Uuid::Parse("22222222-2222-2222-2222-222222222222");
const ids::Uuid kStranger = *ids::Uuid::Parse("33333333-3333-3333-3333-333333333333");
const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr CategoryMask kTwo = MaskOf(CATEGORY_SKILLS) | MaskOf(CATEGORY_GOALS);

std::string Bytes(const ids::Uuid& id) { return std::string(id.bytes()); }

storage::Consent Given() {
  storage::Consent consent;
  consent.set_captor_organisation_id(Bytes(kCaptor));
  consent.set_state(v1::CONSENT_STATE_GIVEN);
  consent.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  consent.set_categories(kTwo);
  consent.add_recipients()->set_organisation_id(Bytes(kCollege));
  consent.set_mode(v1::SHARING_MODE_STORE);
  consent.set_decide_time_us(Micros(kNow - absl::Hours(1)));
  consent.set_valid_until_us(Micros(kNow + absl::Hours(1)));
  consent.set_retention_days(30);
  consent.set_standing(true);
  return consent;
}

Question Asked() {
  return {.organisation_id = kCollege,
          .kind = ORGANISATION_KIND_COLLEGE,
          .purpose = PURPOSE_EMPLOYMENT_SUPPORT,
          .categories = kTwo,
          .mode = v1::SHARING_MODE_VIEW};
}

// Everything is denied, for this reason.
void ExpectDenied(const storage::Consent& consent, const Question& question, v1::DenialReason reason,
                  absl::Time now = kNow) {
  const Decision decision = Decide(consent, question, nullptr, now);
  EXPECT_EQ(decision.permitted, 0u);
  ForEachCategory(question.categories, [&](Category category) {
    EXPECT_EQ(v1::DenialReason_Name(decision.reason(category)), v1::DenialReason_Name(reason))
        << Category_Name(category);
  });
}

TEST(Decide, PermitsExactlyWhatIsNamed) {
  const Decision decision = Decide(Given(), Asked(), nullptr, kNow);
  EXPECT_EQ(decision.permitted, kTwo);
  EXPECT_EQ(decision.reason(CATEGORY_SKILLS), v1::DENIAL_REASON_UNSPECIFIED);
}

TEST(Decide, OnlyGivenPermits) {
  for (int state = v1::CONSENT_STATE_UNSPECIFIED; state <= v1::CONSENT_STATE_SUPERSEDED; ++state) {
    if (state == v1::CONSENT_STATE_GIVEN) continue;
    storage::Consent consent = Given();
    consent.set_state(static_cast<v1::ConsentState>(state));
    ExpectDenied(consent, Asked(), v1::DENIAL_REASON_NOT_IN_FORCE);
  }
}

TEST(Decide, OnlyItsPurposePermits) {
  for (int purpose = PURPOSE_UNSPECIFIED; purpose <= PURPOSE_EVALUATION; ++purpose) {
    if (purpose == PURPOSE_EMPLOYMENT_SUPPORT) continue;
    Question question = Asked();
    question.purpose = static_cast<Purpose>(purpose);
    ExpectDenied(Given(), question, v1::DENIAL_REASON_OTHER_PURPOSE);
  }
}

TEST(Decide, AnUnspecifiedPurposeIsNoPurposeEvenOfAConsentWithoutOne) {
  storage::Consent consent = Given();
  consent.set_purpose(PURPOSE_UNSPECIFIED);
  Question question = Asked();
  question.purpose = PURPOSE_UNSPECIFIED;
  ExpectDenied(consent, question, v1::DENIAL_REASON_OTHER_PURPOSE);
}

TEST(Decide, EachModeIncludesTheLesserOnes) {
  for (int allowed = v1::SHARING_MODE_VIEW; allowed <= v1::SHARING_MODE_ONWARD; ++allowed) {
    for (int asked = v1::SHARING_MODE_UNSPECIFIED; asked <= v1::SHARING_MODE_ONWARD; ++asked) {
      storage::Consent consent = Given();
      consent.set_mode(static_cast<v1::SharingMode>(allowed));
      Question question = Asked();
      question.mode = static_cast<v1::SharingMode>(asked);
      if (asked >= v1::SHARING_MODE_VIEW && asked <= allowed) {
        EXPECT_EQ(Decide(consent, question, nullptr, kNow).permitted, kTwo) << allowed << " " << asked;
      } else {
        ExpectDenied(consent, question, v1::DENIAL_REASON_OTHER_MODE);
      }
    }
  }
}

TEST(Decide, EachCategoryStandsForItself) {
  for (CategoryMask covered = 0; covered <= kAllCategories; covered += 2) {
    storage::Consent consent = Given();
    consent.set_categories(covered);
    Question question = Asked();
    question.categories = kAllCategories;
    const Decision decision = Decide(consent, question, nullptr, kNow);
    ASSERT_EQ(decision.permitted, covered);
    ForEachCategory(kAllCategories & ~covered,
                    [&](Category category) { ASSERT_EQ(decision.reason(category), v1::DENIAL_REASON_NOT_COVERED); });
  }
}

TEST(Decide, WhoIsNotNamedGetsNothing) {
  Question question = Asked();
  question.organisation_id = kStranger;
  ExpectDenied(Given(), question, v1::DENIAL_REASON_NOT_RECIPIENT);
  question.organisation_id = kCaptor;
  ExpectDenied(Given(), question, v1::DENIAL_REASON_NOT_RECIPIENT);
}

TEST(Decide, TimeCountsToTheMicrosecond) {
  storage::Consent consent = Given();
  const absl::Time from = kNow + absl::Minutes(10), until = kNow + absl::Minutes(20);
  consent.set_valid_from_us(Micros(from));
  consent.set_valid_until_us(Micros(until));
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_OUT_OF_TIME, from - absl::Microseconds(1));
  EXPECT_EQ(Decide(consent, Asked(), nullptr, from).permitted, kTwo);
  EXPECT_EQ(Decide(consent, Asked(), nullptr, until - absl::Microseconds(1)).permitted, kTwo);
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_OUT_OF_TIME, until);
}

TEST(Decide, WithoutABeginningItHoldsFromTheDecision) {
  storage::Consent consent = Given();
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_OUT_OF_TIME, kNow - absl::Hours(2));
}

TEST(Decide, UsesRunOut) {
  storage::Consent consent = Given();
  consent.set_max_uses(2);
  consent.set_uses(1);
  EXPECT_EQ(Decide(consent, Asked(), nullptr, kNow).permitted, kTwo);
  consent.set_uses(2);
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_USED_UP);
  consent.set_max_uses(0);
  EXPECT_EQ(Decide(consent, Asked(), nullptr, kNow).permitted, kTwo);
}

TEST(Decide, UsedUpIsSaidOnlyWhereNothingElseStandsInTheWay) {
  storage::Consent consent = Given();
  consent.set_max_uses(1);
  consent.set_uses(1);
  consent.set_categories(kTwo | MaskOf(CATEGORY_DEMOGRAPHICS));
  consent.mutable_recipients(0)->set_refused_categories(MaskOf(CATEGORY_GOALS));
  Question question = Asked();
  question.kind = ORGANISATION_KIND_EMPLOYER;
  question.categories = kTwo | MaskOf(CATEGORY_DEMOGRAPHICS) | MaskOf(CATEGORY_IDENTITY);
  Decision decision = Decide(consent, question, nullptr, kNow);
  EXPECT_EQ(decision.permitted, 0u);
  EXPECT_EQ(decision.reason(CATEGORY_SKILLS), v1::DENIAL_REASON_USED_UP);
  EXPECT_EQ(decision.reason(CATEGORY_GOALS), v1::DENIAL_REASON_REFUSED);
  EXPECT_EQ(decision.reason(CATEGORY_DEMOGRAPHICS), v1::DENIAL_REASON_ABOVE_CEILING);
  EXPECT_EQ(decision.reason(CATEGORY_IDENTITY), v1::DENIAL_REASON_NOT_COVERED);
  consent.mutable_recipients(0)->set_refused_categories(kTwo);
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_REFUSED);
}

TEST(Decide, WhatIsUsedUpOpensNotEvenWhatTheOrganisationPutInItself) {
  storage::Consent consent = Given();
  consent.set_captor_organisation_id(Bytes(kCollege));
  consent.set_max_uses(1);
  consent.set_uses(1);
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_NOT_CORROBORATED);
  EXPECT_EQ(Decide(consent, Asked(), nullptr, kNow).own_only, 0u);
  consent.set_corroborated_categories(kTwo);
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_USED_UP);
}

TEST(Decide, AReferralScopedConsentNeedsAnOpenReferralWithThatRecipient) {
  storage::Consent consent = Given();
  consent.set_standing(false);
  consent.add_recipients()->set_organisation_id(Bytes(kStranger));
  consent.mutable_recipients(1)->set_open_referrals(1);
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_NO_OPEN_REFERRAL);
  consent.mutable_recipients(0)->set_open_referrals(1);
  EXPECT_EQ(Decide(consent, Asked(), nullptr, kNow).permitted, kTwo);
}

TEST(Decide, AProspectiveQuestionLeavesOutTheReferralAndNothingElse) {
  storage::Consent consent = Given();
  consent.set_standing(false);
  Question question = Asked();
  question.prospective = true;
  EXPECT_EQ(Decide(consent, question, nullptr, kNow).permitted, kTwo);
  consent.set_state(v1::CONSENT_STATE_WITHDRAWN);
  ExpectDenied(consent, question, v1::DENIAL_REASON_NOT_IN_FORCE);
}

TEST(Decide, RefusalBeatsTheGrantForThatCategoryAndRecipient) {
  storage::Consent consent = Given();
  consent.mutable_recipients(0)->set_refused_categories(MaskOf(CATEGORY_GOALS));
  const Decision decision = Decide(consent, Asked(), nullptr, kNow);
  EXPECT_EQ(decision.permitted, MaskOf(CATEGORY_SKILLS));
  EXPECT_EQ(decision.reason(CATEGORY_GOALS), v1::DENIAL_REASON_REFUSED);
}

TEST(Decide, AnEmployerStaysUnderItsCeiling) {
  storage::Consent consent = Given();
  consent.set_categories(kAllCategories);
  Question question = Asked();
  question.kind = ORGANISATION_KIND_EMPLOYER;
  question.categories = MaskOf(CATEGORY_SKILLS) | MaskOf(CATEGORY_DEMOGRAPHICS);
  const Decision decision = Decide(consent, question, nullptr, kNow);
  EXPECT_EQ(decision.permitted, MaskOf(CATEGORY_SKILLS));
  EXPECT_EQ(decision.reason(CATEGORY_DEMOGRAPHICS), v1::DENIAL_REASON_ABOVE_CEILING);
}

TEST(Decide, NobodyMintsTheirOwnKey) {
  storage::Consent consent = Given();
  consent.set_captor_organisation_id(Bytes(kCollege));
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_NOT_CORROBORATED);
  EXPECT_EQ(Decide(consent, Asked(), nullptr, kNow).own_only, kTwo);
  EXPECT_TRUE(OpensSource(consent, kCollege, kCollege));
  EXPECT_FALSE(OpensSource(consent, kCollege, kStranger));

  consent.add_corroborator_ids(Bytes(kStranger));
  ExpectDenied(consent, Asked(), v1::DENIAL_REASON_NOT_CORROBORATED);
  consent.set_corroborated_categories(kTwo);
  EXPECT_EQ(Decide(consent, Asked(), nullptr, kNow).permitted, kTwo);
  EXPECT_TRUE(OpensSource(consent, kCollege, kStranger));
  EXPECT_FALSE(OpensSource(consent, kCollege, kCaptor)) << "one organisation's word opens its own data, not another's";
}

TEST(Decide, AnotherRecipientOfASelfCapturedConsentIsNotItsCaptor) {
  storage::Consent consent = Given();
  consent.add_recipients()->set_organisation_id(Bytes(kCaptor));
  EXPECT_EQ(Decide(consent, Asked(), nullptr, kNow).permitted, kTwo);
}

TEST(Decide, ObligationsFollowModeAndRetention) {
  storage::Consent consent = Given();
  EXPECT_FALSE(ObligationsOf(consent, v1::SHARING_MODE_VIEW, kNow).has_erase_by());
  const v1::Obligations obligations = ObligationsOf(consent, v1::SHARING_MODE_STORE, kNow);
  EXPECT_EQ(FromTimestamp(obligations.erase_by()), kNow + absl::Hours(24 * 30));
  EXPECT_TRUE(obligations.no_onward());
  consent.set_mode(v1::SHARING_MODE_ONWARD);
  consent.set_do_not_contact(true);
  EXPECT_FALSE(ObligationsOf(consent, v1::SHARING_MODE_STORE, kNow).no_onward());
  EXPECT_TRUE(ObligationsOf(consent, v1::SHARING_MODE_STORE, kNow).do_not_contact());
}

// Every combination of the conditions at once: permitted if and only if all hold.
TEST(Decide, AllMustHold) {
  using Break = std::function<void(storage::Consent&, Question&)>;
  const std::vector<Break> breaks = {
      [](storage::Consent& consent, Question&) { consent.set_state(v1::CONSENT_STATE_SUSPENDED); },
      [](storage::Consent&, Question& question) { question.organisation_id = kStranger; },
      [](storage::Consent&, Question& question) { question.purpose = PURPOSE_EVALUATION; },
      [](storage::Consent& consent, Question&) { consent.set_categories(MaskOf(CATEGORY_IDENTITY)); },
      [](storage::Consent&, Question& question) { question.mode = v1::SHARING_MODE_ONWARD; },
      [](storage::Consent& consent, Question&) { consent.set_valid_until_us(Micros(kNow)); },
      [](storage::Consent& consent, Question&) { consent.set_valid_from_us(Micros(kNow) + 1); },
      [](storage::Consent& consent, Question&) { consent.set_max_uses(1), consent.set_uses(1); },
      [](storage::Consent& consent, Question&) { consent.set_standing(false); },
      [](storage::Consent& consent, Question&) { consent.mutable_recipients(0)->set_refused_categories(kTwo); },
      [](storage::Consent&, Question& question) { question.kind = ORGANISATION_KIND_UNSPECIFIED; },
      [](storage::Consent& consent, Question&) { consent.set_captor_organisation_id(Bytes(kCollege)); },
  };
  for (uint32_t broken = 0; broken < 1u << breaks.size(); ++broken) {
    storage::Consent consent = Given();
    Question question = Asked();
    for (size_t i = 0; i < breaks.size(); ++i) {
      if ((broken >> i & 1) != 0) breaks[i](consent, question);
    }
    const Decision decision = Decide(consent, question, nullptr, kNow);
    ASSERT_EQ(decision.permitted, broken == 0 ? kTwo : 0u) << "broken: " << broken;
    ForEachCategory(kTwo, [&](Category category) {
      ASSERT_EQ(decision.reason(category) == v1::DENIAL_REASON_UNSPECIFIED, broken == 0) << "broken: " << broken;
      ASSERT_NE(decision.reason(category), v1::DENIAL_REASON_NO_BASIS);
    });
  }
}

TEST(Decide, NoBasisSaysTheSameOfEveryCategory) {
  const Decision decision = NoBasis(kTwo);
  EXPECT_EQ(decision.permitted, 0u);
  EXPECT_EQ(decision.reason(CATEGORY_SKILLS), v1::DENIAL_REASON_NO_BASIS);
  EXPECT_EQ(decision.reason(CATEGORY_IDENTITY), v1::DENIAL_REASON_UNSPECIFIED);
}

AgreementChange Agreed() {
  AgreementChange agreement;
  agreement.set_agreement_id("aaaaaaaa-1111-4111-8111-111111111111");
  agreement.add_party_organisation_ids(kCollege.ToString());
  agreement.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  agreement.add_categories(CATEGORY_SKILLS);
  agreement.add_lawful_bases(LAWFUL_BASIS_CONSENT);
  *agreement.mutable_end_time() = ToTimestamp(kNow + absl::Hours(1));
  return agreement;
}

storage::Consent Under(const AgreementChange& agreement) {
  storage::Consent consent = Given();
  consent.set_agreement_id(Bytes(*ids::Uuid::Parse(agreement.agreement_id())));
  return consent;
}

TEST(Decide, AnAgreementNarrowsByCategory) {
  const AgreementChange agreement = Agreed();
  const Decision decision = Decide(Under(agreement), Asked(), &agreement, kNow);
  EXPECT_EQ(decision.permitted, MaskOf(CATEGORY_SKILLS));
  EXPECT_EQ(decision.reason(CATEGORY_GOALS), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT);
}

TEST(Decide, ACitedAgreementThatIsNotKnownPermitsNothing) {
  const Decision decision = Decide(Under(Agreed()), Asked(), nullptr, kNow);
  EXPECT_EQ(decision.permitted, 0u);
  EXPECT_EQ(decision.own_only, 0u);
  EXPECT_EQ(decision.reason(CATEGORY_SKILLS), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT);
}

TEST(Decide, AnAgreementForOtherBasesThanConsentDoesNotCoverAConsent) {
  AgreementChange agreement = Agreed();
  agreement.set_lawful_bases(0, LAWFUL_BASIS_PUBLIC_TASK);
  EXPECT_EQ(Decide(Under(agreement), Asked(), &agreement, kNow).permitted, 0u);
}

TEST(Decide, WhatTheAgreementDoesNotCoverIsNotEvenOpenToWhoPutItIn) {
  const AgreementChange agreement = Agreed();
  storage::Consent consent = Under(agreement);
  consent.set_captor_organisation_id(Bytes(kCollege));
  const Decision decision = Decide(consent, Asked(), &agreement, kNow);
  EXPECT_EQ(decision.own_only, MaskOf(CATEGORY_SKILLS));
  EXPECT_EQ(decision.reason(CATEGORY_GOALS), v1::DENIAL_REASON_NOT_UNDER_AGREEMENT);
}

TEST(Decide, AnAgreementAddsNothingToTheConsent) {
  AgreementChange agreement = Agreed();
  for (const Category category : {CATEGORY_GOALS, CATEGORY_CONTACT}) agreement.add_categories(category);
  Question question = Asked();
  question.categories = kAllCategories;
  EXPECT_EQ(Decide(Under(agreement), question, &agreement, kNow).permitted, kTwo);
  EXPECT_EQ(Decide(Given(), Asked(), &agreement, kNow).permitted, kTwo) << "one that it does not cite is nothing to it";
}

}  // namespace
}  // namespace nwd::consent
