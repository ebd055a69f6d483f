#include "services/consent/consent_refusals.h"

#include <gtest/gtest.h>

#include "services/consent/categories.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

constexpr CategoryMask kSkills = MaskOf(CATEGORY_SKILLS);
constexpr CategoryMask kHealth = MaskOf(CATEGORY_DEMOGRAPHICS);

storage::Consent Of(v1::ConsentState state, const std::vector<std::string>& recipients, CategoryMask categories,
                    int64_t decided) {
  storage::Consent consent;
  consent.set_consent_id("consent-" + std::to_string(decided));
  consent.set_state(state);
  consent.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  consent.set_categories(categories);
  for (const std::string& recipient : recipients) consent.add_recipients()->set_organisation_id(recipient);
  consent.set_decide_time_us(decided);
  return consent;
}
storage::Consent Given(const std::vector<std::string>& recipients, CategoryMask categories, int64_t decided) {
  return Of(v1::CONSENT_STATE_GIVEN, recipients, categories, decided);
}
storage::Consent RefusedOne(const std::vector<std::string>& recipients, CategoryMask categories, int64_t decided) {
  return Of(v1::CONSENT_STATE_REFUSED, recipients, categories, decided);
}

// One refusal, and nothing else.
bool ApplyRefusal(storage::Consent& given, const storage::Consent& refused) { return ApplyRefusals({refused}, given); }

TEST(Refusals, CloseWhatWasGivenBefore) {
  storage::Consent given = Given({"a", "b"}, kSkills | kHealth, 1);
  EXPECT_TRUE(ApplyRefusal(given, RefusedOne({"a"}, kHealth, 2)));
  EXPECT_EQ(given.recipients(0).refused_categories(), kHealth);
  EXPECT_EQ(given.recipients(1).refused_categories(), 0u);
}

TEST(Refusals, BeatALaterConsentThatIsBroader) {
  storage::Consent more_categories = Given({"a"}, kSkills | kHealth, 3);
  EXPECT_TRUE(ApplyRefusal(more_categories, RefusedOne({"a"}, kHealth, 2)));
  storage::Consent more_recipients = Given({"a", "b"}, kHealth, 3);
  EXPECT_TRUE(ApplyRefusal(more_recipients, RefusedOne({"a"}, kHealth, 2)));
  EXPECT_EQ(more_recipients.recipients(0).refused_categories(), kHealth);
}

TEST(Refusals, AreLiftedByALaterConsentAsPrecise) {
  storage::Consent given = Given({"a"}, kHealth, 3);
  EXPECT_FALSE(ApplyRefusal(given, RefusedOne({"a", "b"}, kHealth | kSkills, 2)));
}

TEST(Refusals, AreLiftedByTheConsentThatChangesThem) {
  const storage::Consent refused = RefusedOne({"a"}, kHealth, 2);
  storage::Consent given = Given({"a", "b"}, kHealth | kSkills, 3);
  given.set_supersedes_consent_id(refused.consent_id());
  EXPECT_FALSE(ApplyRefusal(given, refused));
}

TEST(Refusals, AreForTheirPurposeAlone) {
  storage::Consent refused = RefusedOne({"a"}, kHealth, 2);
  refused.set_purpose(PURPOSE_EVALUATION);
  storage::Consent given = Given({"a"}, kHealth, 1);
  EXPECT_FALSE(ApplyRefusal(given, refused));
}

TEST(Refusals, WhatWasNotRefusedClosesNothing) {
  storage::Consent given = Given({"a"}, kHealth, 1);
  EXPECT_FALSE(ApplyRefusal(given, Given({"a"}, kHealth, 2)));
}

// What was lifted once is asked again with each consent that follows, and is not closed behind the person's back.
TEST(Refusals, StayLiftedInWhatIsDecidedAfterwards) {
  const storage::Consent refused = RefusedOne({"a"}, kHealth | kSkills, 1);
  storage::Consent changed = Given({"a", "b"}, kHealth | kSkills, 2);
  changed.set_supersedes_consent_id(refused.consent_id());
  storage::Consent renewed = Given({"a", "b"}, kHealth | kSkills, 3);
  renewed.set_supersedes_consent_id(changed.consent_id());
  changed.set_state(v1::CONSENT_STATE_SUPERSEDED);
  EXPECT_FALSE(ApplyRefusals({refused, changed, renewed}, renewed));

  // A precise yes to a part lifts that part, in what is broader too.
  const storage::Consent precise = Given({"a"}, kHealth, 2);
  storage::Consent broader = Given({"a", "b"}, kHealth | kSkills, 3);
  EXPECT_TRUE(ApplyRefusals({refused, precise, broader}, broader));
  EXPECT_EQ(broader.recipients(0).refused_categories(), kSkills);
  EXPECT_EQ(broader.recipients(1).refused_categories(), 0u);
}

TEST(Refusals, AreNotLiftedInWhatWasDecidedBefore) {
  const storage::Consent refused = RefusedOne({"a"}, kHealth, 2);
  const storage::Consent precise = Given({"a"}, kHealth, 3);
  storage::Consent before = Given({"a"}, kHealth | kSkills, 1);
  EXPECT_TRUE(ApplyRefusals({refused, precise, before}, before));
  EXPECT_EQ(before.recipients(0).refused_categories(), kHealth);
}

TEST(Refusals, AYesThatWasNeverValidLiftsNothingAndALaterNoClosesAgain) {
  const storage::Consent refused = RefusedOne({"a"}, kHealth, 1);
  storage::Consent never = Given({"a"}, kHealth, 2);
  never.set_state(v1::CONSENT_STATE_INVALIDATED);
  storage::Consent broader = Given({"a"}, kHealth | kSkills, 4);
  EXPECT_TRUE(ApplyRefusals({refused, never, broader}, broader));
  storage::Consent yes = never;
  yes.set_state(v1::CONSENT_STATE_WITHDRAWN);
  EXPECT_TRUE(ApplyRefusals({refused, yes, broader}, broader)) << "it was said, and taken back as to itself alone";
  EXPECT_EQ(broader.recipients(0).refused_categories(), 0u);
  EXPECT_TRUE(ApplyRefusals({refused, yes, RefusedOne({"a"}, kHealth, 3), broader}, broader));
}

}  // namespace
}  // namespace nwd::consent
