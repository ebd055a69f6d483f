#include "services/consent/ceilings.h"

#include <gtest/gtest.h>

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

TEST(Ceilings, AnEmployerSeesNoHealthAndNoConvictions) {
  const CategoryMask ceiling = Ceiling(ORGANISATION_KIND_EMPLOYER);
  EXPECT_TRUE(Holds(ceiling, CATEGORY_SKILLS));
  EXPECT_FALSE(Holds(ceiling, CATEGORY_DEMOGRAPHICS));
  EXPECT_FALSE(Holds(ceiling, CATEGORY_CIRCUMSTANCES));
  EXPECT_FALSE(Holds(ceiling, CATEGORY_SAFEGUARDING));
}

TEST(Ceilings, AnEmployerDoesNotLearnWhatAPersonNeedsToTakePart) {
  v1::RecordSection section;
  section.mutable_identity()->set_full_name("Ada Lovelace");
  section.mutable_identity()->add_access_needs("step-free access");
  v1::RecordSection college = section;
  LowerToCeiling(ORGANISATION_KIND_COLLEGE, college);
  EXPECT_EQ(college.identity().access_needs_size(), 1);
  LowerToCeiling(ORGANISATION_KIND_EMPLOYER, section);
  EXPECT_EQ(section.identity().access_needs_size(), 0);
  EXPECT_EQ(section.identity().full_name(), "Ada Lovelace");
}

TEST(Ceilings, WhoMaySeeAllOfSomethingHasNothingOfItAbove) {
  EXPECT_TRUE(MaySeeAll(ORGANISATION_KIND_BOROUGH, kAllCategories));
  EXPECT_FALSE(MaySeeAll(ORGANISATION_KIND_SCHOOL, kAllCategories));
  EXPECT_TRUE(MaySeeAll(ORGANISATION_KIND_SCHOOL, MaskOf(CATEGORY_SKILLS) | MaskOf(CATEGORY_CIRCUMSTANCES)));
  EXPECT_FALSE(MaySeeAll(ORGANISATION_KIND_UNSPECIFIED, MaskOf(CATEGORY_SKILLS)));
}

TEST(Ceilings, WhoIsUnknownAndWhoRunsTheHubSeeNothing) {
  EXPECT_EQ(Ceiling(ORGANISATION_KIND_UNSPECIFIED), 0u);
  EXPECT_EQ(Ceiling(ORGANISATION_KIND_HUB), 0u);
  EXPECT_EQ(Ceiling(static_cast<OrganisationKind>(99)), 0u);
}

TEST(Ceilings, EveryKindHasARow) {
  for (int kind = ORGANISATION_KIND_JOBCENTRE; kind <= ORGANISATION_KIND_OTHER; ++kind) {
    if (kind == ORGANISATION_KIND_HUB) continue;
    EXPECT_NE(Ceiling(static_cast<OrganisationKind>(kind)), 0u)
        << OrganisationKind_Name(static_cast<OrganisationKind>(kind));
  }
}

}  // namespace
}  // namespace nwd::consent
