#include "services/consent/representatives.h"

#include <algorithm>
#include <array>

#include "common/base/strings.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
#include "services/consent/categories.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

// These are shown by a paper that can be kept; the others by what the person and the representative say and bring.
constexpr std::array kRestOnDocument = {v1::REPRESENTATIVE_KIND_GUARDIAN, v1::REPRESENTATIVE_KIND_DEPUTY,
                                        v1::REPRESENTATIVE_KIND_ATTORNEY, v1::REPRESENTATIVE_KIND_APPOINTEE};

void CheckEvidence(const v1::Representative& representative, status::Violations& violations) {
  const bool needed =
      std::find(kRestOnDocument.begin(), kRestOnDocument.end(), representative.kind()) != kRestOnDocument.end();
  const size_t size = representative.evidence_sha256().size();
  if (size == 0 && needed) {
    violations.Add("terms.representative.evidence_sha256", "is required, for this kind rests on a document");
  } else if (size != 0 && size != kSha256TextSize) {
    violations.Add("terms.representative.evidence_sha256", Cat("must be ", kSha256TextSize, " hexadecimal digits"));
  }
}

void CheckScope(const v1::ConsentTerms& terms, status::Violations& violations) {
  const auto& purposes = terms.representative().purposes();
  if (!purposes.empty() && std::find(purposes.begin(), purposes.end(), terms.purpose()) == purposes.end()) {
    violations.Add("terms.purpose", "is none that the representative may decide about");
  }
  if (terms.representative().categories().empty()) return;
  const CategoryMask scope = MaskOfAll(terms.representative().categories());
  for (int i = 0; i < terms.categories_size(); ++i) {
    if (Holds(scope, terms.categories(i).category())) continue;
    violations.Add(Cat("terms.categories[", i, "].category"), "is none that the representative may decide about");
  }
}

}  // namespace

void CheckRepresentative(const v1::ConsentTerms& terms, absl::Time now, status::Violations& violations) {
  if (!terms.has_representative()) return;
  CheckEvidence(terms.representative(), violations);
  CheckScope(terms, violations);
  if (AuthorityEnd(terms.representative()) <= now) {
    violations.Add("terms.representative.authority_ends_on",
                   "has passed: nobody acts for the person on that authority now");
  }
}

absl::Time AuthorityEnd(const v1::Representative& representative) {
  if (representative.authority_ends_on().empty()) return absl::InfiniteFuture();
  const std::optional<absl::CivilDay> day = calendar::ParseDay(representative.authority_ends_on());
  return day ? calendar::EndOf(*day) : absl::InfinitePast();  // the field has been checked to be a day
}

}  // namespace nwd::consent
