#include "services/consent/restriction_rows.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"

namespace nwd::consent::restrictions {
namespace {

std::string KeyOf(const storage::Case& row) { return keys::Restrictions(consents::IdOf(row.person_id())); }

}  // namespace

absl::StatusOr<CategoryMask> InForce(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  CategoryMask in_force = 0;
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Restrictions> theirs,
                         store::Find<storage::Restrictions>(reader, keys::Restrictions(relative)));
    if (!theirs.has_value()) continue;
    for (const storage::Restrictions::InForce& one : theirs->in_force()) in_force |= one.categories();
  }
  return in_force;
}

absl::Status Add(store::Txn& txn, const storage::Case& row) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Restrictions> theirs,
                       store::Find<storage::Restrictions>(txn, KeyOf(row)));
  if (!theirs.has_value()) theirs.emplace();
  storage::Restrictions::InForce& one = *theirs->add_in_force();
  one.set_case_id(row.case_id());
  one.set_categories(row.categories());
  store::PutMessage(txn, KeyOf(row), *theirs);
  return absl::OkStatus();
}

absl::StatusOr<bool> Lift(store::Txn& txn, const storage::Case& row) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Restrictions> theirs,
                       store::Find<storage::Restrictions>(txn, KeyOf(row)));
  if (!theirs.has_value()) return false;
  auto& in_force = *theirs->mutable_in_force();
  const auto lifted =
      std::remove_if(in_force.begin(), in_force.end(), [&](const auto& one) { return one.case_id() == row.case_id(); });
  if (lifted == in_force.end()) return false;
  in_force.erase(lifted, in_force.end());
  if (in_force.empty()) {
    txn.Delete(KeyOf(row));
  } else {
    store::PutMessage(txn, KeyOf(row), *theirs);
  }
  return true;
}

}  // namespace nwd::consent::restrictions
