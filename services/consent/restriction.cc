#include "services/consent/restriction.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/consent/categories.h"
#include "services/consent/consent_rows.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/restriction_rows.h"
#include "services/consent/telling.h"

namespace nwd::consent {
namespace {

// Something of these sections went out that another than the recipient had put in.
bool GaveAnothers(const storage::Disclosure& disclosure, CategoryMask categories) {
  const auto& sources = disclosure.source_ids();
  return std::any_of(sources.begin(), sources.end(), [&](const std::string& source) {
    const CategoryMask gave = disclosures::CategoriesOf(disclosure, consents::IdOf(source));
    return source != disclosure.recipient_id() && (gave & categories) != 0;
  });
}

absl::Status TellRestricted(store::Txn& txn, const ids::Uuid& person_id, CategoryMask categories, absl::Time now,
                            std::vector<ids::Uuid>& told) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(txn, person_id));
  GivenTo given;
  absl::flat_hash_set<ids::Uuid> met;  // a release that concerned several of the ids lies with each of them
  int budget = kDisclosuresLookedAtMax;
  for (const ids::Uuid& relative : family) {
    NWD_RETURN_IF_ERROR(disclosures::WalkNewest(txn, relative, budget, [&](const disclosures::Placed& placed) {
      if (GaveAnothers(placed.disclosure, categories) && met.insert(placed.disclosure_id).second) given.Add(placed);
    }));
  }
  if (budget <= 0) NWD_RETURN_IF_ERROR(given.AddAllReaders(txn, person_id));
  storage::Notice notice;
  notice.set_type(v1::NOTICE_TYPE_RESTRICTION);
  notice.set_categories(categories);
  return given.Tell(txn, notice, now, told);
}

void AppendRestrictionChange(store::Txn& txn, const storage::Case& row, bool lifted, absl::Time now) {
  common::v1::Change change;
  *change.mutable_change_time() = ToTimestamp(now);
  common::v1::RestrictionChange& detail = *change.mutable_restriction();
  detail.set_case_id(consents::IdOf(row.case_id()).ToString());
  detail.set_person_id(consents::IdOf(row.person_id()).ToString());
  detail.set_handler_organisation_id(consents::IdOf(row.handler_id()).ToString());
  ForEachCategory(row.categories(), [&](Category category) { detail.add_categories(category); });
  detail.set_lifted(lifted);
  txn.Append(store::Feed::kChanges, change.SerializeAsString());
}

}  // namespace

absl::Status BeginRestriction(store::Txn& txn, const storage::Case& row, absl::Time now, std::vector<ids::Uuid>& told) {
  NWD_RETURN_IF_ERROR(restrictions::Add(txn, row));
  AppendRestrictionChange(txn, row, /*lifted=*/false, now);
  return TellRestricted(txn, consents::IdOf(row.person_id()), row.categories(), now, told);
}

absl::StatusOr<bool> EndRestriction(store::Txn& txn, storage::Case& row, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const bool lifted, restrictions::Lift(txn, row));
  if (!lifted) return false;
  row.set_lift_time_us(Micros(now));
  AppendRestrictionChange(txn, row, /*lifted=*/true, now);
  return true;
}

}  // namespace nwd::consent
