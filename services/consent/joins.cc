#include "services/consent/joins.h"

#include <algorithm>
#include <string>

#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::joins {
namespace {

using consents::IdOf;

absl::StatusOr<storage::Joins> JoinsOf(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Joins> joins,
                       store::Find<storage::Joins>(reader, keys::Joins(person_id)));
  return std::move(joins).value_or(storage::Joins());
}

void Keep(store::Txn& txn, const ids::Uuid& person_id, const storage::Joins& joins) {
  if (joins.person_ids().empty()) {
    txn.Delete(keys::Joins(person_id));
  } else {
    store::PutMessage(txn, keys::Joins(person_id), joins);
  }
}

absl::Status AddTo(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& other) {
  NWD_ASSIGN_OR_RETURN(storage::Joins joins, JoinsOf(txn, person_id));
  joins.add_person_ids(std::string(other.bytes()));
  Keep(txn, person_id, joins);
  return absl::OkStatus();
}

absl::Status RemoveFrom(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& other) {
  NWD_ASSIGN_OR_RETURN(storage::Joins joins, JoinsOf(txn, person_id));
  auto& ids = *joins.mutable_person_ids();
  ids.erase(std::remove(ids.begin(), ids.end(), other.bytes()), ids.end());
  Keep(txn, person_id, joins);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ids::Uuid>> FamilyOf(const store::Reader& reader, const ids::Uuid& person_id) {
  std::vector<ids::Uuid> family = {person_id};
  for (size_t i = 0; i < family.size(); ++i) {
    NWD_ASSIGN_OR_RETURN(const storage::Joins joins, JoinsOf(reader, family[i]));
    for (const std::string& id : joins.person_ids()) {
      const ids::Uuid relative = IdOf(id);
      if (std::find(family.begin(), family.end(), relative) == family.end()) family.push_back(relative);
    }
  }
  return family;
}

absl::StatusOr<bool> AreOne(const store::Reader& reader, const ids::Uuid& a, const ids::Uuid& b) {
  if (a == b) return true;
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, FamilyOf(reader, a));
  return std::find(family.begin(), family.end(), b) != family.end();
}

absl::StatusOr<bool> IsHeldBy(const store::Reader& reader, const ids::Uuid& person_id,
                              const ids::Uuid& organisation_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, FamilyOf(reader, person_id));
  for (const ids::Uuid& relative : family) {
    std::string value;
    NWD_ASSIGN_OR_RETURN(const bool held, reader.Get(keys::Holder(relative, organisation_id), &value));
    if (held) return true;
  }
  return false;
}

absl::StatusOr<ids::Uuid> AsHeldBy(const store::Reader& reader, const ids::Uuid& person_id,
                                   const ids::Uuid& organisation_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, FamilyOf(reader, person_id));
  return AsHeldBy(reader, family, organisation_id);
}

absl::StatusOr<ids::Uuid> AsHeldBy(const store::Reader& reader, const std::vector<ids::Uuid>& family,
                                   const ids::Uuid& organisation_id) {
  if (family.size() == 1) return family.front();
  for (const ids::Uuid& relative : family) {
    std::string value;
    NWD_ASSIGN_OR_RETURN(const bool held, reader.Get(keys::Holder(relative, organisation_id), &value));
    NWD_ASSIGN_OR_RETURN(const bool enrolled, reader.Get(keys::Enrolment(relative, organisation_id), &value));
    if (held || enrolled) return relative;
  }
  return family.front();
}

absl::StatusOr<std::vector<std::string>> PlacesOfFamily(const store::Reader& reader, const ids::Uuid& person_id,
                                                        absl::FunctionRef<std::string(const ids::Uuid&)> prefix,
                                                        const std::string& from) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, FamilyOf(reader, person_id));
  std::vector<std::string> places;
  for (const ids::Uuid& relative : family) {
    const std::string theirs = prefix(relative);
    store::Range range = store::PrefixRange(theirs);
    range.begin += from;
    NWD_RETURN_IF_ERROR(reader.Scan(range, store::Direction::kForward, [&](std::string_view key, std::string_view) {
      places.emplace_back(key.substr(theirs.size()));
      return store::Visit::kContinue;
    }));
  }
  std::sort(places.begin(), places.end());
  return places;
}

absl::StatusOr<bool> Join(store::Txn& txn, const ids::Uuid& a, const ids::Uuid& b) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> theirs, FamilyOf(txn, a));
  if (std::find(theirs.begin(), theirs.end(), b) != theirs.end()) return true;
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> others, FamilyOf(txn, b));
  if (theirs.size() + others.size() > kFamilyMax) return false;
  NWD_RETURN_IF_ERROR(AddTo(txn, a, b));
  NWD_RETURN_IF_ERROR(AddTo(txn, b, a));
  return true;
}

absl::StatusOr<std::optional<ids::Uuid>> Split(store::Txn& txn, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const storage::Joins joins, JoinsOf(txn, person_id));
  if (joins.person_ids().empty()) return std::nullopt;
  const ids::Uuid other = IdOf(*joins.person_ids().rbegin());
  NWD_RETURN_IF_ERROR(RemoveFrom(txn, person_id, other));
  NWD_RETURN_IF_ERROR(RemoveFrom(txn, other, person_id));
  return other;
}

absl::Status Leave(store::Txn& txn, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const storage::Joins joins, JoinsOf(txn, person_id));
  for (const std::string& other : joins.person_ids()) NWD_RETURN_IF_ERROR(RemoveFrom(txn, IdOf(other), person_id));
  Keep(txn, person_id, storage::Joins());
  return absl::OkStatus();
}

}  // namespace nwd::consent::joins
