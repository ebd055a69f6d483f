#include "services/consent/authority_terms.h"

#include <algorithm>
#include <array>

#include "common/base/strings.h"
#include "common/calendar/periods.h"
#include "services/consent/limits.h"
#include "services/consent/shared_terms.h"

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT: the tables below are all words of the vocabulary

// Who may assert a basis. A public authority acts on the tasks that the law gives it; Article 6(1) keeps the two kinds
// of legitimate interest from it in those.
enum class Asserters { kAny, kPublicAuthorities, kOthers };

struct Needs {
  LawfulBasis lawful_basis;
  Asserters asserters;
  bool gateway;     // a power to give the data to others
  bool agreement;   // a data-sharing agreement
  bool may_object;  // Article 21(1)
};

constexpr std::array kNeeds = {
    Needs{LAWFUL_BASIS_CONTRACT, Asserters::kAny, false, true, false},
    Needs{LAWFUL_BASIS_LEGAL_OBLIGATION, Asserters::kAny, true, true, false},
    // There is no time to agree on anything where somebody's life is in danger.
    Needs{LAWFUL_BASIS_VITAL_INTERESTS, Asserters::kAny, false, false, false},
    Needs{LAWFUL_BASIS_PUBLIC_TASK, Asserters::kPublicAuthorities, true, true, true},
    Needs{LAWFUL_BASIS_RECOGNISED_LEGITIMATE_INTEREST, Asserters::kOthers, false, true, true},
    Needs{LAWFUL_BASIS_LEGITIMATE_INTERESTS, Asserters::kOthers, false, true, true},
};

constexpr std::array kPublicAuthorities = {
    ORGANISATION_KIND_JOBCENTRE, ORGANISATION_KIND_BOROUGH, ORGANISATION_KIND_COLLEGE, ORGANISATION_KIND_HEALTH,
    ORGANISATION_KIND_SCHOOL,    ORGANISATION_KIND_JUSTICE, ORGANISATION_KIND_CAREERS, ORGANISATION_KIND_HUB,
};

// Sections that can hold special categories of data (Article 9), or tell of convictions.
constexpr CategoryMask kSpecial = MaskOf(CATEGORY_DEMOGRAPHICS) | MaskOf(CATEGORY_CIRCUMSTANCES) |
                                  MaskOf(CATEGORY_SUPPORT_HISTORY) | MaskOf(CATEGORY_SAFEGUARDING);

// Conditions that hold only together with a law of the United Kingdom.
constexpr std::array kNeedDetail = {
    v1::SPECIAL_CATEGORY_CONDITION_SOCIAL_PROTECTION,
    v1::SPECIAL_CATEGORY_CONDITION_SUBSTANTIAL_PUBLIC_INTEREST,
    v1::SPECIAL_CATEGORY_CONDITION_HEALTH_OR_SOCIAL_CARE,
    v1::SPECIAL_CATEGORY_CONDITION_PUBLIC_HEALTH,
    v1::SPECIAL_CATEGORY_CONDITION_RESEARCH,
};

template <class All, class One>
bool IsAmong(const All& all, const One& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

const Needs* NeedsOf(LawfulBasis lawful_basis) {
  const auto row = std::find_if(kNeeds.begin(), kNeeds.end(),
                                [&](const Needs& needs) { return needs.lawful_basis == lawful_basis; });
  return row == kNeeds.end() ? nullptr : &*row;
}

std::string_view NameOf(LawfulBasis lawful_basis) {
  static constexpr std::string_view kPrefix = "LAWFUL_BASIS_";
  return std::string_view(LawfulBasis_Name(lawful_basis)).substr(kPrefix.size());
}

void CheckBasis(const v1::AuthorityTerms& terms, OrganisationKind asserter, status::Violations& violations) {
  const Needs* needs = NeedsOf(terms.lawful_basis());
  if (needs == nullptr) {
    violations.Add("terms.lawful_basis", "is none that an authority rests on; agreement is recorded as a consent");
    return;
  }
  const bool is_public = IsPublicAuthority(asserter);
  if (needs->asserters == Asserters::kPublicAuthorities && !is_public) {
    violations.Add("terms.lawful_basis", "is for public authorities, and organisations of your kind are none");
  }
  if (needs->asserters == Asserters::kOthers && is_public) {
    violations.Add("terms.lawful_basis", "is not for public authorities, of which yours is one, in their tasks");
  }
  if (needs->gateway && terms.statutory_gateway().empty()) {
    violations.Add("terms.statutory_gateway", "is required with this lawful basis");
  }
  if (needs->agreement && terms.agreement_id().empty()) {
    violations.Add("terms.agreement_id", "is required with this lawful basis");
  }
}

void CheckCondition(const v1::AuthorityTerms& terms, status::Violations& violations) {
  const bool claimed = terms.special_category_condition() != v1::SPECIAL_CATEGORY_CONDITION_UNSPECIFIED;
  const bool special = (shared_terms::CategoriesOf(terms.categories()) & kSpecial) != 0;
  if (special && !claimed) {
    violations.Add("terms.special_category_condition",
                   "is required with DEMOGRAPHICS, CIRCUMSTANCES, SUPPORT_HISTORY and SAFEGUARDING");
  }
  if (IsAmong(kNeedDetail, terms.special_category_condition()) && terms.condition_detail().empty()) {
    violations.Add("terms.condition_detail", "is required with this condition");
  }
  if (!claimed && !terms.condition_detail().empty()) {
    violations.Add("terms.condition_detail", "goes with a special_category_condition");
  }
}

}  // namespace

bool IsPublicAuthority(OrganisationKind kind) { return IsAmong(kPublicAuthorities, kind); }

bool MayObject(LawfulBasis lawful_basis) {
  const Needs* needs = NeedsOf(lawful_basis);
  return needs != nullptr && needs->may_object;
}

std::string BasesWithObjection() {
  std::string words;
  for (const Needs& needs : kNeeds) {
    if (needs.may_object) words += Cat(words.empty() ? "" : ", ", NameOf(needs.lawful_basis));
  }
  return words;
}

void CheckTerms(const v1::AuthorityTerms& terms, OrganisationKind asserter, absl::Time now,
                status::Violations& violations) {
  CheckBasis(terms, asserter, violations);
  CheckCondition(terms, violations);
  shared_terms::CheckCategories(terms.categories(), violations);
  shared_terms::CheckRecipients(terms.recipient_organisation_ids(), violations);
  const auto* from = terms.has_valid_from() ? &terms.valid_from() : nullptr;
  calendar::CheckPeriod({from, terms.valid_until(), kAuthorityLastsMax, kAuthorityLastsInWords}, now, violations);
  calendar::CheckReview(terms.review_on(), terms.valid_until(), violations);
}

void CheckForeseen(const v1::AuthorityTerms& terms, const AgreementChange* agreement, const ids::Uuid& asserter,
                   status::Violations& violations) {
  shared_terms::CheckForeseen({terms.lawful_basis(), "terms.lawful_basis", terms.purpose(), terms.categories(),
                               terms.recipient_organisation_ids()},
                              agreement, asserter, violations);
}

storage::Authority FromTerms(const v1::AuthorityTerms& terms) {
  storage::Authority authority;
  shared_terms::Keep(terms, authority);
  authority.set_lawful_basis(terms.lawful_basis());
  return authority;
}

}  // namespace nwd::consent
