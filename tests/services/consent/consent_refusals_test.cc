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

}  // namespace
}  // namespace nwd::consent
