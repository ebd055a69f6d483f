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
  if (joins.into_person_id().empty() && joins.joined_person_ids().empty()) {
    txn.Delete(keys::Joins(person_id));
  } else {
    store::PutMessage(txn, keys::Joins(person_id), joins);
  }
}

}  // namespace

absl::StatusOr<std::vector<ids::Uuid>> FamilyOf(const store::Reader& reader, const ids::Uuid& person_id) {
  std::vector<ids::Uuid> family = {person_id};
  auto add = [&](std::string_view id) {
    const ids::Uuid relative = IdOf(id);
    if (!id.empty() && std::find(family.begin(), family.end(), relative) == family.end()) family.push_back(relative);
  };
  for (size_t i = 0; i < family.size(); ++i) {
    NWD_ASSIGN_OR_RETURN(const storage::Joins joins, JoinsOf(reader, family[i]));
    add(joins.into_person_id());
    for (const std::string& joined : joins.joined_person_ids()) add(joined);
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

absl::StatusOr<bool> Join(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& into) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> theirs, FamilyOf(txn, person_id));
  if (std::find(theirs.begin(), theirs.end(), into) != theirs.end()) return true;
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> others, FamilyOf(txn, into));
  if (theirs.size() + others.size() > kFamilyMax) return false;
  NWD_ASSIGN_OR_RETURN(storage::Joins joined, JoinsOf(txn, person_id));
  // Somebody joined to another already takes their whole family along: its root is what is joined.
  if (!joined.into_person_id().empty()) return Join(txn, IdOf(joined.into_person_id()), into);
  joined.set_into_person_id(std::string(into.bytes()));
  Keep(txn, person_id, joined);
  NWD_ASSIGN_OR_RETURN(storage::Joins target, JoinsOf(txn, into));
  target.add_joined_person_ids(std::string(person_id.bytes()));
  Keep(txn, into, target);
  return true;
}

absl::StatusOr<std::optional<Undone>> Split(store::Txn& txn, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const storage::Joins joins, JoinsOf(txn, person_id));
  Undone undone{person_id, IdOf(joins.into_person_id())};
  if (joins.into_person_id().empty()) {
    if (joins.joined_person_ids().empty()) return std::nullopt;
    undone = {IdOf(*joins.joined_person_ids().rbegin()), person_id};
  }
  NWD_ASSIGN_OR_RETURN(storage::Joins alone, JoinsOf(txn, undone.person_id));
  alone.clear_into_person_id();
  Keep(txn, undone.person_id, alone);
  NWD_ASSIGN_OR_RETURN(storage::Joins left, JoinsOf(txn, undone.from));
  auto& joined = *left.mutable_joined_person_ids();
  joined.erase(std::remove(joined.begin(), joined.end(), undone.person_id.bytes()), joined.end());
  Keep(txn, undone.from, left);
  return undone;
}

}  // namespace nwd::consent::joins
