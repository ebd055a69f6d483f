#include "services/outcome/families.h"

#include <algorithm>
#include <optional>
#include <string>

#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/outcome/keys.h"
#include "services/outcome/referrals.h"
#include "services/outcome/storage.pb.h"

namespace nwd::outcome::families {
namespace {

absl::StatusOr<storage::JoinsRow> JoinsOf(const store::Reader& reader, ids::Uuid person) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::JoinsRow> row,
                       store::Find<storage::JoinsRow>(reader, keys::Joins(person)));
  return row.value_or(storage::JoinsRow());
}

void Keep(store::Txn& txn, ids::Uuid person, const storage::JoinsRow& joins) {
  if (joins.person_ids().empty()) {
    txn.Delete(keys::Joins(person));
  } else {
    store::PutMessage(txn, keys::Joins(person), joins);
  }
}

absl::Status Add(store::Txn& txn, ids::Uuid person, ids::Uuid other) {
  NWD_ASSIGN_OR_RETURN(storage::JoinsRow joins, JoinsOf(txn, person));
  joins.add_person_ids(other.ToString());
  Keep(txn, person, joins);
  return absl::OkStatus();
}

// False where they were not joined.
absl::StatusOr<bool> Remove(store::Txn& txn, ids::Uuid person, ids::Uuid other) {
  NWD_ASSIGN_OR_RETURN(storage::JoinsRow joins, JoinsOf(txn, person));
  auto& ids = *joins.mutable_person_ids();
  const auto found = std::find(ids.begin(), ids.end(), other.ToString());
  if (found == ids.end()) return false;
  ids.erase(found);
  Keep(txn, person, joins);
  return true;
}

}  // namespace

absl::StatusOr<std::vector<ids::Uuid>> Of(const store::Reader& reader, ids::Uuid person) {
  std::vector<ids::Uuid> family = {person};
  for (size_t i = 0; i < family.size(); ++i) {
    NWD_ASSIGN_OR_RETURN(const storage::JoinsRow joins, JoinsOf(reader, family[i]));
    for (const std::string& relative : joins.person_ids()) {
      NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf("person_ids", relative));
      if (std::find(family.begin(), family.end(), id) == family.end()) family.push_back(id);
    }
  }
  return family;
}

absl::StatusOr<bool> Join(store::Txn& txn, ids::Uuid a, ids::Uuid b) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, Of(txn, a));
  if (std::find(family.begin(), family.end(), b) != family.end()) return false;
  NWD_RETURN_IF_ERROR(Add(txn, a, b));
  NWD_RETURN_IF_ERROR(Add(txn, b, a));
  return true;
}

absl::StatusOr<bool> Split(store::Txn& txn, ids::Uuid a, ids::Uuid b) {
  NWD_ASSIGN_OR_RETURN(const bool joined, Remove(txn, a, b));
  if (!joined) return false;
  return Remove(txn, b, a);
}

absl::Status Forget(store::Txn& txn, ids::Uuid person) {
  NWD_ASSIGN_OR_RETURN(const storage::JoinsRow theirs, JoinsOf(txn, person));
  for (const std::string& relative : theirs.person_ids()) {
    NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf("person_ids", relative));
    NWD_RETURN_IF_ERROR(Split(txn, person, id).status());
  }
  return absl::OkStatus();
}

}  // namespace nwd::outcome::families
