#include "services/consent/shared_terms.h"

#include "absl/container/flat_hash_set.h"
#include "common/base/strings.h"

namespace nwd::consent::shared_terms {

void CheckCategories(const RepeatedPtrField<v1::ConsentCategory>& categories, status::Violations& violations) {
  CategoryMask seen = 0;
  for (int i = 0; i < categories.size(); ++i) {
    const Category category = categories[i].category();
    if (category < kCategoryFirst || category > kCategoryLast) {
      violations.Add(Cat("terms.categories[", i, "].category"), "is no category");
    } else if (Holds(seen, category)) {
      violations.Add(Cat("terms.categories[", i, "].category"), "is named twice");
    } else {
      seen |= MaskOf(category);
    }
  }
}

void CheckRecipients(const RepeatedPtrField<std::string>& recipients, status::Violations& violations) {
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < recipients.size(); ++i) {
    const std::string field = Cat("terms.recipient_organisation_ids[", i, "]");
    if (!ids::Uuid::Parse(recipients[i]).has_value()) violations.Add(field, "is no id");
    if (!seen.insert(recipients[i]).second) violations.Add(field, "is named twice");
  }
}

void AddRecipients(const RepeatedPtrField<std::string>& named, RepeatedPtrField<storage::Recipient>& recipients) {
  for (const std::string& id : named) {
    recipients.Add()->set_organisation_id(std::string(ids::Uuid::Parse(id).value_or(ids::Uuid()).bytes()));
  }
}

CategoryMask CategoriesOf(const RepeatedPtrField<v1::ConsentCategory>& categories) {
  CategoryMask mask = 0;
  for (const v1::ConsentCategory& category : categories) mask |= MaskOf(category.category());
  return mask;
}

}  // namespace nwd::consent::shared_terms
