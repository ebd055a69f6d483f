#include "services/consent/agreements.h"

#include <gtest/gtest.h>

#include <functional>

#include "common/base/timestamps.h"

namespace nwd::consent::agreements {
namespace {

using namespace common::v1;  // NOLINT

const ids::Uuid kAgreement = *ids::Uuid::Parse("aaaaaaaa-1111-4111-8111-111111111111");
const ids::Uuid kCollege = *ids::Uuid::Parse("22222222-2222-2222-2222-222222222222");
const ids::Uuid kStranger = *ids::Uuid::Parse("33333333-3333-3333-3333-333333333333");
const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
constexpr CategoryMask kTwo = MaskOf(CATEGORY_SKILLS) | MaskOf(CATEGORY_GOALS);

AgreementChange Agreed() {
  AgreementChange agreement;
  agreement.set_agreement_id(kAgreement.ToString());
  agreement.add_party_organisation_ids(kCollege.ToString());
  agreement.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  agreement.add_purposes(PURPOSE_REFERRAL);
  agreement.add_categories(CATEGORY_SKILLS);
  agreement.add_categories(CATEGORY_GOALS);
  agreement.add_lawful_bases(LAWFUL_BASIS_CONSENT);
  *agreement.mutable_valid_from() = ToTimestamp(kNow - absl::Hours(1));
  *agreement.mutable_end_time() = ToTimestamp(kNow + absl::Hours(1));
  return agreement;
}

Use Asked() { return {LAWFUL_BASIS_CONSENT, PURPOSE_EMPLOYMENT_SUPPORT, kCollege}; }

TEST(Agreements, CoverTheirCategoriesAndNoOther) { EXPECT_EQ(Covered(Agreed(), Asked(), kNow), kTwo); }

TEST(Agreements, CoverOnlyTheirPurposesBasesAndParties) {
  Use use = Asked();
  for (int purpose = PURPOSE_UNSPECIFIED; purpose <= PURPOSE_EVALUATION; ++purpose) {
    use.purpose = static_cast<Purpose>(purpose);
    const bool agreed = purpose == PURPOSE_EMPLOYMENT_SUPPORT || purpose == PURPOSE_REFERRAL;
    EXPECT_EQ(Covered(Agreed(), use, kNow), agreed ? kTwo : 0) << Purpose_Name(use.purpose);
  }
  use = Asked();
  for (int basis = LAWFUL_BASIS_UNSPECIFIED; basis <= LAWFUL_BASIS_LEGITIMATE_INTERESTS; ++basis) {
    use.lawful_basis = static_cast<LawfulBasis>(basis);
    EXPECT_EQ(Covered(Agreed(), use, kNow), basis == LAWFUL_BASIS_CONSENT ? kTwo : 0) << LawfulBasis_Name(basis);
  }
  use = Asked();
  use.recipient_id = kStranger;
  EXPECT_EQ(Covered(Agreed(), use, kNow), 0u);
}

TEST(Agreements, HoldFromTheirBeginningToTheirEnd) {
  const AgreementChange agreement = Agreed();
  const absl::Time from = FromTimestamp(agreement.valid_from()), end = FromTimestamp(agreement.end_time());
  EXPECT_EQ(Covered(agreement, Asked(), from - absl::Nanoseconds(1)), 0u);
  EXPECT_EQ(Covered(agreement, Asked(), from), kTwo);
  EXPECT_EQ(Covered(agreement, Asked(), end - absl::Nanoseconds(1)), kTwo);
  EXPECT_EQ(Covered(agreement, Asked(), end), 0u);
  EXPECT_FALSE(IsOver(agreement, from - absl::Hours(1))) << "one to come is not over";
  EXPECT_FALSE(IsOver(agreement, end - absl::Nanoseconds(1)));
  EXPECT_TRUE(IsOver(agreement, end));
}

TEST(Agreements, WithoutAnEndOrOfUnknownWordsCoverNothing) {
  AgreementChange agreement = Agreed();
  agreement.clear_end_time();
  EXPECT_EQ(Covered(agreement, Asked(), kNow), 0u);
  EXPECT_EQ(Covered(AgreementChange(), {}, kNow), 0u);
  agreement = Agreed();
  agreement.add_purposes(PURPOSE_UNSPECIFIED);
  Use use = Asked();
  use.purpose = PURPOSE_UNSPECIFIED;
  EXPECT_EQ(Covered(agreement, use, kNow), 0u) << "no purpose is no purpose, whatever the agreement says";
}

TEST(Agreements, ABasisThatCitesNoneIsFreeAndOneThatIsNotKnownPermitsNothing) {
  const AgreementChange agreement = Agreed();
  EXPECT_EQ(Allowed("", nullptr, Asked(), kNow), kAllCategories);
  EXPECT_EQ(Allowed(kAgreement.bytes(), &agreement, Asked(), kNow), kTwo);
  EXPECT_EQ(Allowed(kAgreement.bytes(), nullptr, Asked(), kNow), 0u);
  EXPECT_EQ(Allowed(kStranger.bytes(), &agreement, Asked(), kNow), 0u) << "another than the one cited";
  EXPECT_EQ(Allowed("no id", &agreement, Asked(), kNow), 0u);
}

}  // namespace
}  // namespace nwd::consent::agreements
