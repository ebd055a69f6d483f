#include "services/consent/consent_terms.h"

#include "absl/container/flat_hash_set.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
#include "common/ids/uuid.h"
#include "services/consent/categories.h"
#include "services/consent/limits.h"
#include "services/consent/representatives.h"

namespace nwd::consent {
namespace {

// A consent to look at in ten years is no longer the one the person remembers giving.
constexpr absl::Duration kValidityMax = absl::Hours(24 * 366 * 10);

void CheckCategories(const v1::ConsentTerms& terms, status::Violations& violations) {
  CategoryMask seen = 0;
  for (int i = 0; i < terms.categories_size(); ++i) {
    const Category category = terms.categories(i).category();
    if (category < kCategoryFirst || category > kCategoryLast) {
      violations.Add(Cat("terms.categories[", i, "].category"), "is no category");
    } else if (Holds(seen, category)) {
      violations.Add(Cat("terms.categories[", i, "].category"), "is named twice");
    } else {
      seen |= MaskOf(category);
    }
  }
}

void CheckRecipients(const v1::ConsentTerms& terms, status::Violations& violations) {
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < terms.recipient_organisation_ids_size(); ++i) {
    const std::string& id = terms.recipient_organisation_ids(i);
    if (!ids::Uuid::Parse(id).has_value()) violations.Add(Cat("terms.recipient_organisation_ids[", i, "]"), "is no id");
    if (!seen.insert(id).second) violations.Add(Cat("terms.recipient_organisation_ids[", i, "]"), "is named twice");
  }
}

void CheckValidity(const v1::ConsentTerms& terms, absl::Time now, status::Violations& violations) {
  if (terms.has_valid_from() && !IsTimestamp(terms.valid_from())) {
    violations.Add("terms.valid_from", "is no time");
    return;
  }
  if (!IsTimestamp(terms.valid_until())) {
    violations.Add("terms.valid_until", "is no time");
    return;
  }
  const absl::Time until = FromTimestamp(terms.valid_until());
  if (until <= now) violations.Add("terms.valid_until", "must lie in the future");
  if (until > now + kValidityMax) violations.Add("terms.valid_until", "must lie within ten years");
  if (terms.has_valid_from() && FromTimestamp(terms.valid_from()) >= until) {
    violations.Add("terms.valid_from", "must come before valid_until");
  }
}

void CheckReview(const v1::ConsentTerms& terms, status::Violations& violations) {
  if (terms.review_on().empty() || !IsTimestamp(terms.valid_until())) return;
  const std::optional<absl::CivilDay> day = calendar::ParseDay(terms.review_on());
  if (day && *day > calendar::DayOf(FromTimestamp(terms.valid_until()))) {
    violations.Add("terms.review_on", "must not come after the day of valid_until");
  }
}

}  // namespace

void CheckTerms(const v1::ConsentTerms& terms, absl::Time now, status::Violations& violations) {
  CheckCategories(terms, violations);
  CheckRecipients(terms, violations);
  CheckValidity(terms, now, violations);
  CheckReview(terms, violations);
  CheckRepresentative(terms, now, violations);
  if (terms.text_sha256().size() != kSha256TextSize) {
    violations.Add("terms.text_sha256",
                   Cat("must be ", kSha256TextSize, " hexadecimal digits, as CreateText answered"));
  }
}

storage::Consent FromTerms(const v1::ConsentTerms& terms) {
  storage::Consent consent;
  consent.set_purpose(terms.purpose());
  CategoryMask categories = 0;
  for (const v1::ConsentCategory& category : terms.categories()) categories |= MaskOf(category.category());
  consent.set_categories(categories);
  for (const std::string& id : terms.recipient_organisation_ids()) {
    consent.add_recipients()->set_organisation_id(std::string(ids::Uuid::Parse(id).value_or(ids::Uuid()).bytes()));
  }
  consent.set_mode(terms.mode());
  if (terms.has_valid_from()) consent.set_valid_from_us(Micros(FromTimestamp(terms.valid_from())));
  consent.set_valid_until_us(Micros(FromTimestamp(terms.valid_until())));
  consent.set_retention_days(terms.retention_days());
  consent.set_standing(terms.standing());
  consent.set_max_uses(terms.max_uses());
  consent.set_do_not_contact(terms.do_not_contact());
  if (const auto supersedes = ids::Uuid::Parse(terms.supersedes_consent_id())) {
    consent.set_supersedes_consent_id(std::string(supersedes->bytes()));
  }
  if (const auto agreement = ids::Uuid::Parse(terms.agreement_id())) {
    consent.set_agreement_id(std::string(agreement->bytes()));
  }
  if (terms.has_representative() && !terms.representative().authority_ends_on().empty()) {
    consent.set_authority_until_us(Micros(AuthorityEnd(terms.representative())));
  }
  return consent;
}

}  // namespace nwd::consent
