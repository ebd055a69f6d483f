#include "services/consent/authority_terms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/base/timestamps.h"
#include "tests/services/consent/desk.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'770'000'000);
const ids::Uuid kLambeth = *ids::Uuid::Parse("11111111-1111-1111-1111-111111111111");
constexpr char kCollege[] = "22222222-2222-2222-2222-222222222222";
constexpr char kStranger[] = "44444444-4444-4444-4444-444444444444";
constexpr char kAgreement[] = "33333333-3333-3333-3333-333333333333";

v1::AuthorityTerms Terms(LawfulBasis lawful_basis) {
  v1::AuthorityTerms terms;
  terms.set_lawful_basis(lawful_basis);
  terms.set_grounds("to find work for who claims");
  terms.set_statutory_gateway("Digital Economy Act 2017, section 35");
  terms.set_purpose(PURPOSE_EMPLOYMENT_SUPPORT);
  terms.add_categories()->set_category(CATEGORY_SKILLS);
  terms.add_recipient_organisation_ids(kCollege);
  terms.set_mode(v1::SHARING_MODE_VIEW);
  *terms.mutable_valid_until() = ToTimestamp(kNow + absl::Hours(24));
  terms.set_agreement_id(kAgreement);
  return terms;
}

std::vector<std::string> Faults(const v1::AuthorityTerms& terms,
                                OrganisationKind asserter = ORGANISATION_KIND_BOROUGH) {
  status::Violations violations;
  CheckTerms(terms, asserter, kNow, violations);
  return FieldsOf(violations.ToStatus());
}

TEST(AuthorityTerms, EachLawfulBasisAsksWhatItAsks) {
  struct Row {
    LawfulBasis lawful_basis;
    bool by_public_authority, by_others, gateway, agreement, may_object;
  };
  const Row rows[] = {
      {LAWFUL_BASIS_CONSENT, false, false, false, false, false},
      {LAWFUL_BASIS_CONTRACT, true, true, false, true, false},
      {LAWFUL_BASIS_LEGAL_OBLIGATION, true, true, true, true, false},
      {LAWFUL_BASIS_VITAL_INTERESTS, true, true, false, false, false},
      {LAWFUL_BASIS_PUBLIC_TASK, true, false, true, true, true},
      {LAWFUL_BASIS_RECOGNISED_LEGITIMATE_INTEREST, false, true, false, true, true},
      {LAWFUL_BASIS_LEGITIMATE_INTERESTS, false, true, false, true, true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(LawfulBasis_Name(row.lawful_basis));
    EXPECT_EQ(Faults(Terms(row.lawful_basis), ORGANISATION_KIND_BOROUGH).empty(), row.by_public_authority);
    EXPECT_EQ(Faults(Terms(row.lawful_basis), ORGANISATION_KIND_VCS).empty(), row.by_others);
    EXPECT_EQ(MayObject(row.lawful_basis), row.may_object);
    if (!row.by_public_authority && !row.by_others) continue;
    const OrganisationKind asserter = row.by_others ? ORGANISATION_KIND_VCS : ORGANISATION_KIND_BOROUGH;
    v1::AuthorityTerms bare = Terms(row.lawful_basis);
    bare.clear_statutory_gateway();
    EXPECT_EQ(!Faults(bare, asserter).empty(), row.gateway);
    bare = Terms(row.lawful_basis);
    bare.clear_agreement_id();
    EXPECT_EQ(!Faults(bare, asserter).empty(), row.agreement);
  }
  EXPECT_EQ(BasesWithObjection(), "PUBLIC_TASK, RECOGNISED_LEGITIMATE_INTEREST, LEGITIMATE_INTERESTS");
}

TEST(AuthorityTerms, OnlyPublicAuthoritiesActOnAPublicTask) {
  const std::vector<OrganisationKind> kPublic = {
      ORGANISATION_KIND_JOBCENTRE, ORGANISATION_KIND_BOROUGH, ORGANISATION_KIND_COLLEGE, ORGANISATION_KIND_SCHOOL,
      ORGANISATION_KIND_HEALTH,    ORGANISATION_KIND_JUSTICE, ORGANISATION_KIND_CAREERS, ORGANISATION_KIND_HUB};
  for (int number = OrganisationKind_MIN; number <= OrganisationKind_MAX; ++number) {
    const auto kind = static_cast<OrganisationKind>(number);
    const bool is_public = std::find(kPublic.begin(), kPublic.end(), kind) != kPublic.end();
    EXPECT_EQ(Faults(Terms(LAWFUL_BASIS_PUBLIC_TASK), kind).empty(), is_public) << OrganisationKind_Name(kind);
    EXPECT_EQ(Faults(Terms(LAWFUL_BASIS_LEGITIMATE_INTERESTS), kind).empty(), !is_public)
        << OrganisationKind_Name(kind);
  }
}

TEST(AuthorityTerms, SectionsThatCanHoldSpecialCategoriesNeedACondition) {
  for (int number = Category_MIN + 1; number <= Category_MAX; ++number) {
    v1::AuthorityTerms terms = Terms(LAWFUL_BASIS_PUBLIC_TASK);
    terms.mutable_categories(0)->set_category(static_cast<Category>(number));
    const bool special = number == CATEGORY_DEMOGRAPHICS || number == CATEGORY_CIRCUMSTANCES ||
                         number == CATEGORY_SUPPORT_HISTORY || number == CATEGORY_SAFEGUARDING;
    EXPECT_EQ(!Faults(terms).empty(), special) << number;
    if (special) {
      EXPECT_THAT(Faults(terms), ElementsAre("terms.special_category_condition"));
    }
    terms.set_special_category_condition(v1::SPECIAL_CATEGORY_CONDITION_LEGAL_CLAIMS);
    EXPECT_THAT(Faults(terms), IsEmpty());
  }
}

TEST(AuthorityTerms, AConditionThatHoldsOnlyWithALawNamesIt) {
  for (int number = v1::SpecialCategoryCondition_MIN; number <= v1::SpecialCategoryCondition_MAX; ++number) {
    const auto condition = static_cast<v1::SpecialCategoryCondition>(number);
    v1::AuthorityTerms terms = Terms(LAWFUL_BASIS_PUBLIC_TASK);
    terms.set_special_category_condition(condition);
    const bool needed = condition == v1::SPECIAL_CATEGORY_CONDITION_SOCIAL_PROTECTION ||
                        condition == v1::SPECIAL_CATEGORY_CONDITION_SUBSTANTIAL_PUBLIC_INTEREST ||
                        condition == v1::SPECIAL_CATEGORY_CONDITION_HEALTH_OR_SOCIAL_CARE ||
                        condition == v1::SPECIAL_CATEGORY_CONDITION_PUBLIC_HEALTH ||
                        condition == v1::SPECIAL_CATEGORY_CONDITION_RESEARCH;
    EXPECT_EQ(!Faults(terms).empty(), needed) << number;
    terms.set_condition_detail("Data Protection Act 2018, Schedule 1, paragraph 18");
    const bool nothing_to_detail = condition == v1::SPECIAL_CATEGORY_CONDITION_UNSPECIFIED;
    EXPECT_EQ(!Faults(terms).empty(), nothing_to_detail) << number;
  }
}

TEST(AuthorityTerms, FaultsAreNamedAllAtOnce) {
  v1::AuthorityTerms terms = Terms(LAWFUL_BASIS_PUBLIC_TASK);
  terms.clear_statutory_gateway();
  terms.clear_agreement_id();
  terms.add_categories()->set_category(CATEGORY_SKILLS);
  terms.add_categories()->set_category(CATEGORY_SAFEGUARDING);
  terms.add_recipient_organisation_ids(kCollege);
  *terms.mutable_valid_until() = ToTimestamp(kNow + absl::Hours(24 * 366 * 4));
  *terms.mutable_valid_from() = ToTimestamp(kNow + absl::Hours(24 * 366 * 5));
  terms.set_review_on("2099-01-01");
  EXPECT_THAT(
      Faults(terms, ORGANISATION_KIND_EMPLOYER),
      ElementsAre("terms.lawful_basis", "terms.statutory_gateway", "terms.agreement_id",
                  "terms.special_category_condition", "terms.categories[1].category",
                  "terms.recipient_organisation_ids[1]", "terms.valid_until", "terms.valid_from", "terms.review_on"));
}

TEST(AuthorityTerms, ItEndsInTheFutureAndWithinThreeYears) {
  v1::AuthorityTerms terms = Terms(LAWFUL_BASIS_PUBLIC_TASK);
  *terms.mutable_valid_until() = ToTimestamp(kNow);
  EXPECT_THAT(Faults(terms), ElementsAre("terms.valid_until"));
  *terms.mutable_valid_until() = ToTimestamp(kNow + absl::Hours(24 * 365 * 3));
  EXPECT_THAT(Faults(terms), IsEmpty());
  *terms.mutable_valid_until() = ToTimestamp(kNow + absl::Hours(24 * (366 * 3 + 1)));
  EXPECT_THAT(Faults(terms), ElementsAre("terms.valid_until"));
}

TEST(AuthorityTerms, TheAgreementMustForeseeThem) {
  AgreementChange agreement;
  agreement.set_agreement_id(kAgreement);
  for (const std::string& party : {kLambeth.ToString(), std::string(kCollege)}) {
    agreement.add_party_organisation_ids(party);
  }
  agreement.add_lawful_bases(LAWFUL_BASIS_PUBLIC_TASK);
  agreement.add_purposes(PURPOSE_EMPLOYMENT_SUPPORT);
  agreement.add_categories(CATEGORY_SKILLS);
  auto faults = [&](const v1::AuthorityTerms& terms) {
    status::Violations violations;
    CheckForeseen(terms, &agreement, kLambeth, violations);
    return FieldsOf(violations.ToStatus());
  };
  EXPECT_THAT(faults(Terms(LAWFUL_BASIS_PUBLIC_TASK)), IsEmpty());
  v1::AuthorityTerms other = Terms(LAWFUL_BASIS_LEGAL_OBLIGATION);
  other.set_purpose(PURPOSE_SAFEGUARDING);
  other.add_categories()->set_category(CATEGORY_GOALS);
  other.add_recipient_organisation_ids(kStranger);
  EXPECT_THAT(faults(other), ElementsAre("terms.lawful_basis", "terms.purpose", "terms.categories[1].category",
                                         "terms.recipient_organisation_ids[1]"));
  agreement.clear_party_organisation_ids();
  EXPECT_THAT(faults(other), IsEmpty()) << "what it foresees is its parties' to know";
}

}  // namespace
}  // namespace nwd::consent
