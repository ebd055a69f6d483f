#include "services/consent/ceilings.h"

#include <array>

namespace nwd::consent {
namespace {

using namespace common::v1;  // NOLINT: the table below is all words of the vocabulary

struct Above {
  OrganisationKind kind;
  CategoryMask categories;
};

// Circumstances hold needs and barriers, and with them health and convictions; so does the support a person had.
constexpr CategoryMask kHealthAndConvictions = MaskOf(CATEGORY_DEMOGRAPHICS) | MaskOf(CATEGORY_CIRCUMSTANCES) |
                                               MaskOf(CATEGORY_SUPPORT_HISTORY) | MaskOf(CATEGORY_SAFEGUARDING);

constexpr std::array kAbove = {
    Above{ORGANISATION_KIND_UNSPECIFIED, kAllCategories},
    Above{ORGANISATION_KIND_JOBCENTRE, 0},
    Above{ORGANISATION_KIND_BOROUGH, 0},
    Above{ORGANISATION_KIND_COLLEGE, 0},
    Above{ORGANISATION_KIND_VCS, 0},
    Above{ORGANISATION_KIND_EMPLOYER, kHealthAndConvictions},
    Above{ORGANISATION_KIND_HEALTH, 0},
    Above{ORGANISATION_KIND_HOUSING, 0},
    Above{ORGANISATION_KIND_CHILDCARE, MaskOf(CATEGORY_DEMOGRAPHICS)},
    Above{ORGANISATION_KIND_SCHOOL, MaskOf(CATEGORY_DEMOGRAPHICS)},
    Above{ORGANISATION_KIND_JUSTICE, 0},
    Above{ORGANISATION_KIND_CAREERS, 0},
    Above{ORGANISATION_KIND_HUB, kAllCategories},
    Above{ORGANISATION_KIND_OTHER, MaskOf(CATEGORY_DEMOGRAPHICS) | MaskOf(CATEGORY_SAFEGUARDING)},
};

}  // namespace

CategoryMask Ceiling(OrganisationKind kind) {
  for (const Above& row : kAbove) {
    if (row.kind == kind) return kAllCategories & ~row.categories;
  }
  return 0;
}

bool MaySeeAll(OrganisationKind kind, CategoryMask categories) { return (categories & ~Ceiling(kind)) == 0; }

void LowerToCeiling(OrganisationKind kind, v1::RecordSection& section) {
  if (!section.has_identity() || Holds(Ceiling(kind), CATEGORY_CIRCUMSTANCES)) return;
  section.mutable_identity()->clear_access_needs();
}

}  // namespace nwd::consent
