#include "services/consent/emergency_decision.h"

#include <gtest/gtest.h>

#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

const absl::Time kOpened = absl::FromUnixSeconds(1'772'442'000);
const absl::Time kNow = kOpened + absl::Minutes(5);
const ids::Uuid kOpener = *ids::Uuid::Parse("11111111-1111-4111-8111-111111111111");
const ids::Uuid kOther = *ids::Uuid::Parse("22222222-2222-4222-8222-222222222222");

class EmergencyDecisionTest : public ::testing::Test {
 protected:
  EmergencyDecisionTest() {
    access_.set_organisation_id(std::string(kOpener.bytes()));
    access_.set_categories(MaskOf(CATEGORY_IDENTITY) | MaskOf(CATEGORY_CONTACT));
    access_.set_open_time_us(Micros(kOpened));
    question_ = {.organisation_id = kOpener,
                 .kind = ORGANISATION_KIND_EMPLOYER,
                 .purpose = PURPOSE_SAFEGUARDING,
                 .categories = MaskOf(CATEGORY_CONTACT),
                 .mode = v1::SHARING_MODE_VIEW,
                 .safeguarding = true};
  }
  v1::DenialReason Reason(absl::Time now = kNow) {
    const Decision decision = Decide(access_, question_, now);
    EXPECT_EQ(decision.permitted == 0, decision.reason(CATEGORY_CONTACT) != v1::DENIAL_REASON_UNSPECIFIED);
    return decision.reason(CATEGORY_CONTACT);
  }
  storage::EmergencyAccess access_;
  Question question_;
};

TEST_F(EmergencyDecisionTest, PermitsItsOpenerToViewForSafeguarding) {
  EXPECT_EQ(Decide(access_, question_, kNow).permitted, MaskOf(CATEGORY_CONTACT));
  EXPECT_TRUE(EmergencyObligations().no_onward());
}

TEST_F(EmergencyDecisionTest, PermitsNobodyElse) {
  question_.organisation_id = kOther;
  EXPECT_EQ(Reason(), v1::DENIAL_REASON_NOT_RECIPIENT);
}

TEST_F(EmergencyDecisionTest, PermitsNothingToWhoIsNoLongerTrustedWithSafeguarding) {
  question_.safeguarding = false;
  EXPECT_EQ(Reason(), v1::DENIAL_REASON_NOT_RECIPIENT);
}

TEST_F(EmergencyDecisionTest, PermitsNothingForAnotherPurpose) {
  for (int purpose = Purpose_MIN; purpose <= Purpose_MAX; ++purpose) {
    if (purpose == PURPOSE_SAFEGUARDING) continue;
    question_.purpose = static_cast<Purpose>(purpose);
    EXPECT_EQ(Reason(), v1::DENIAL_REASON_OTHER_PURPOSE) << purpose;
  }
}

TEST_F(EmergencyDecisionTest, PermitsToKeepOrPassOnNothing) {
  for (const auto mode : {v1::SHARING_MODE_UNSPECIFIED, v1::SHARING_MODE_STORE, v1::SHARING_MODE_ONWARD}) {
    question_.mode = mode;
    EXPECT_EQ(Reason(), v1::DENIAL_REASON_OTHER_MODE) << mode;
  }
}

TEST_F(EmergencyDecisionTest, PermitsNothingOnceItsTimeIsOver) {
  EXPECT_EQ(Reason(kOpened + kEmergencyLasts - absl::Seconds(1)), v1::DENIAL_REASON_UNSPECIFIED);
  EXPECT_EQ(Reason(kOpened + kEmergencyLasts), v1::DENIAL_REASON_OUT_OF_TIME);
  EXPECT_EQ(Reason(kOpened - absl::Seconds(1)), v1::DENIAL_REASON_OUT_OF_TIME);
}

TEST_F(EmergencyDecisionTest, PermitsNothingOnceClosedOrReviewed) {
  access_.set_close_time_us(Micros(kNow));
  EXPECT_EQ(Reason(kNow - absl::Minutes(1)), v1::DENIAL_REASON_NOT_IN_FORCE) << "whatever the clock says";
  access_.clear_close_time_us();
  access_.set_review_time_us(Micros(kNow));
  EXPECT_EQ(Reason(), v1::DENIAL_REASON_NOT_IN_FORCE);
}

TEST_F(EmergencyDecisionTest, PermitsTheSectionsThatItNamesAndNoOthers) {
  question_.categories = kAllCategories;
  const Decision decision = Decide(access_, question_, kNow);
  EXPECT_EQ(decision.permitted, access_.categories());
  EXPECT_EQ(decision.own_only, 0u);
  ForEachCategory(kAllCategories & ~access_.categories(), [&](Category category) {
    EXPECT_EQ(decision.reason(category), v1::DENIAL_REASON_NOT_COVERED) << Category_Name(category);
  });
}

}  // namespace
}  // namespace nwd::consent
