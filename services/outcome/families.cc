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
  if (joins.into_person_id().empty() && joins.joined_person_ids().empty()) {
    txn.Delete(keys::Joins(person));
  } else {
    store::PutMessage(txn, keys::Joins(person), joins);
  }
}

void Remove(storage::JoinsRow& joins, const std::string& person_id) {
  auto& joined = *joins.mutable_joined_person_ids();
  joined.erase(std::remove(joined.begin(), joined.end(), person_id), joined.end());
}

// Whom the whole family of a person was joined to: nobody else.
absl::StatusOr<ids::Uuid> RootOf(const store::Reader& reader, ids::Uuid person) {
  while (true) {
    NWD_ASSIGN_OR_RETURN(const storage::JoinsRow joins, JoinsOf(reader, person));
    if (joins.into_person_id().empty()) return person;
    NWD_ASSIGN_OR_RETURN(person, IdOf("into_person_id", joins.into_person_id()));
  }
}

}  // namespace

absl::StatusOr<std::vector<ids::Uuid>> Of(const store::Reader& reader, ids::Uuid person) {
  std::vector<ids::Uuid> family = {person};
  for (size_t i = 0; i < family.size(); ++i) {
    NWD_ASSIGN_OR_RETURN(const storage::JoinsRow joins, JoinsOf(reader, family[i]));
    std::vector<std::string> relatives(joins.joined_person_ids().begin(), joins.joined_person_ids().end());
    if (!joins.into_person_id().empty()) relatives.push_back(joins.into_person_id());
    for (const std::string& relative : relatives) {
      NWD_ASSIGN_OR_RETURN(const ids::Uuid id, IdOf("joined_person_ids", relative));
      if (std::find(family.begin(), family.end(), id) == family.end()) family.push_back(id);
    }
  }
  return family;
}

absl::StatusOr<bool> Join(store::Txn& txn, ids::Uuid person, ids::Uuid into) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, Of(txn, person));
  if (std::find(family.begin(), family.end(), into) != family.end()) return false;
  NWD_ASSIGN_OR_RETURN(const ids::Uuid root, RootOf(txn, person));
  NWD_ASSIGN_OR_RETURN(storage::JoinsRow joined, JoinsOf(txn, root));
  joined.set_into_person_id(into.ToString());
  Keep(txn, root, joined);
  NWD_ASSIGN_OR_RETURN(storage::JoinsRow target, JoinsOf(txn, into));
  target.add_joined_person_ids(root.ToString());
  Keep(txn, into, target);
  return true;
}

absl::StatusOr<bool> Split(store::Txn& txn, ids::Uuid person, ids::Uuid from) {
  NWD_ASSIGN_OR_RETURN(storage::JoinsRow alone, JoinsOf(txn, person));
  if (alone.into_person_id() != from.ToString()) return false;
  alone.clear_into_person_id();
  Keep(txn, person, alone);
  NWD_ASSIGN_OR_RETURN(storage::JoinsRow left, JoinsOf(txn, from));
  Remove(left, person.ToString());
  Keep(txn, from, left);
  return true;
}

absl::Status Forget(store::Txn& txn, ids::Uuid person) {
  NWD_ASSIGN_OR_RETURN(const storage::JoinsRow theirs, JoinsOf(txn, person));
  if (!theirs.into_person_id().empty()) {
    NWD_ASSIGN_OR_RETURN(const ids::Uuid into, IdOf("into_person_id", theirs.into_person_id()));
    NWD_RETURN_IF_ERROR(Split(txn, person, into).status());
  }
  for (const std::string& joined : theirs.joined_person_ids()) {
    NWD_ASSIGN_OR_RETURN(const ids::Uuid relative, IdOf("joined_person_ids", joined));
    NWD_RETURN_IF_ERROR(Split(txn, relative, person).status());
  }
  txn.Delete(keys::Joins(person));
  return absl::OkStatus();
}

}  // namespace nwd::outcome::families
