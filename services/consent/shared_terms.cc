#include "services/consent/shared_terms.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "common/base/strings.h"
#include "services/consent/agreements.h"

namespace nwd::consent::shared_terms {
namespace {

template <class All>
bool IsAmong(const All& all, int one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

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

void CheckForeseen(const Wanted& wanted, const common::v1::AgreementChange* agreement, const ids::Uuid& party,
                   status::Violations& violations) {
  if (agreement == nullptr || !agreements::IsParty(*agreement, party)) return;
  if (!IsAmong(agreement->lawful_bases(), wanted.lawful_basis)) {
    violations.Add(wanted.basis_field,
                   "is not in keeping with the agreement, which foresees no sharing on this lawful basis");
  }
  if (!IsAmong(agreement->purposes(), wanted.purpose)) {
    violations.Add("terms.purpose", "is none that the agreement foresees");
  }
  const CategoryMask covered = MaskOfAll(agreement->categories());
  for (int i = 0; i < wanted.categories.size(); ++i) {
    if (Holds(covered, wanted.categories[i].category())) continue;
    violations.Add(Cat("terms.categories[", i, "].category"), "is none that the agreement covers");
  }
  for (int i = 0; i < wanted.recipients.size(); ++i) {
    const auto id = ids::Uuid::Parse(wanted.recipients[i]);
    if (!id.has_value() || agreements::IsParty(*agreement, *id)) continue;
    violations.Add(Cat("terms.recipient_organisation_ids[", i, "]"), "is no party to the agreement");
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
