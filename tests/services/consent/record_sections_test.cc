#include "services/consent/record_sections.h"

#include <gtest/gtest.h>

#include "common/crypto/random.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT

const ids::Uuid kA = *ids::Uuid::Parse("11111111-1111-1111-1111-111111111111");
const ids::Uuid kB = *ids::Uuid::Parse("22222222-2222-2222-2222-222222222222");

v1::RecordSection Skills() {
  v1::RecordSection section;
  section.mutable_skills()->add_skills("bricklaying");
  return section;
}

TEST(RecordSections, OpenAsWhatTheyWereSealedAs) {
  const crypto::AeadKey key(crypto::RandomBytes(32));
  const VersionName name{kA, CATEGORY_SKILLS, kB, 3};
  const std::string sealed = SealSection(key, name, Skills());
  EXPECT_EQ(sealed.find("bricklaying"), std::string::npos);
  ASSERT_TRUE(OpenSection(key, name, sealed).ok());
  EXPECT_EQ(OpenSection(key, name, sealed)->skills().skills(0), "bricklaying");
}

TEST(RecordSections, OneSwappedForAnotherIsNoticed) {
  const crypto::AeadKey key(crypto::RandomBytes(32)), other_key(crypto::RandomBytes(32));
  const VersionName name{kA, CATEGORY_SKILLS, kB, 3};
  const std::string sealed = SealSection(key, name, Skills());
  const VersionName swapped[] = {{kB, CATEGORY_SKILLS, kB, 3},
                                 {kA, CATEGORY_GOALS, kB, 3},
                                 {kA, CATEGORY_SKILLS, kA, 3},
                                 {kA, CATEGORY_SKILLS, kB, 4}};
  for (const VersionName& wrong : swapped) EXPECT_TRUE(absl::IsDataLoss(OpenSection(key, wrong, sealed).status()));
  EXPECT_TRUE(absl::IsDataLoss(OpenSection(other_key, name, sealed).status()));
  std::string tampered = sealed;
  tampered[20] = static_cast<char>(tampered[20] ^ 1);
  EXPECT_TRUE(absl::IsDataLoss(OpenSection(key, name, tampered).status()));
}

TEST(RecordSections, AreTheNineCategories) {
  CategoryMask seen = 0;
  const auto* content = v1::RecordSection::descriptor()->oneof_decl(0);
  for (int i = 0; i < content->field_count(); ++i) {
    v1::RecordSection section;
    section.GetReflection()->MutableMessage(&section, content->field(i));
    seen |= MaskOf(CategoryOf(section));
  }
  EXPECT_EQ(seen, kAllCategories);
  EXPECT_EQ(CategoryOf(v1::RecordSection()), CATEGORY_UNSPECIFIED);
}

}  // namespace
}  // namespace nwd::consent
