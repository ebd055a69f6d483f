#include "services/consent/person_rows.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/crypto/hmac.h"
#include "common/status/status.h"
#include "common/store/proto_value.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"

namespace nwd::consent::people {

absl::StatusOr<std::optional<storage::Person>> Find(const store::Reader& reader, const ids::Uuid& person_id) {
  return store::Find<storage::Person>(reader, keys::Person(person_id));
}

void Put(store::Txn& txn, const ids::Uuid& person_id, const storage::Person& person) {
  store::PutMessage(txn, keys::Person(person_id), person);
}

absl::StatusOr<bool> Holds(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& organisation_id) {
  std::string value;
  return reader.Get(keys::Holder(person_id, organisation_id), &value);
}

absl::StatusOr<bool> KeepHolder(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id,
                                absl::Time now, std::string sealed_details) {
  const std::string key = keys::Holder(person_id, organisation_id);
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Holder> before, store::Find<storage::Holder>(txn, key));
  storage::Holder holder = before.value_or(storage::Holder());
  if (!before.has_value()) holder.set_since_us(Micros(now));
  holder.set_sealed_details(std::move(sealed_details));
  store::PutMessage(txn, key, holder);
  return before.has_value();
}

absl::StatusOr<std::vector<HolderOf>> HoldersOf(const store::Reader& reader, const ids::Uuid& person_id) {
  const std::string prefix = keys::HoldersOf(person_id);
  std::vector<HolderOf> holders;
  absl::Status parsed;
  auto add = [&](std::string_view key, std::string_view value) {
    absl::StatusOr<storage::Holder> row = store::ParseValue<storage::Holder>(key, value);
    parsed.Update(row.status());
    const auto organisation = ids::Uuid::FromBytes(key.substr(prefix.size()));
    if (row.ok() && organisation.has_value()) holders.push_back({*organisation, *std::move(row)});
    return store::Visit::kContinue;
  };
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(prefix), store::Direction::kForward, add));
  NWD_RETURN_IF_ERROR(parsed);
  std::stable_sort(holders.begin(), holders.end(),
                   [](const HolderOf& a, const HolderOf& b) { return a.row.since_us() < b.row.since_us(); });
  return holders;
}

absl::Status CountConsent(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id) {
  const auto refused = [](std::string_view whose, int limit) {
    return status::Error(
        absl::StatusCode::kFailedPrecondition, reasons::kLimitReached,
        Cat("there are ", limit, " consents ", whose, " about this person, the most that can be kept; none was added"),
        {{"limit", Cat(limit)}});
  };
  std::optional<storage::Holder> holder;
  std::optional<storage::Person> person;
  int of_theirs = 0, of_all = 0;
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(txn, person_id));
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Holder> holds,
                         store::Find<storage::Holder>(txn, keys::Holder(relative, organisation_id)));
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Person> known, Find(txn, relative));
    if (holds.has_value()) of_theirs += holds->consents();
    if (known.has_value()) of_all += known->consents();
    if (relative != person_id) continue;
    holder = std::move(holds);
    person = std::move(known);
  }
  if (!holder.has_value() || !person.has_value()) return status::Denied();
  if (of_theirs >= kConsentsPerCaptorMax) return refused("of yours", kConsentsPerCaptorMax);
  if (of_all >= kConsentsPerPersonMax) return refused("of all organisations", kConsentsPerPersonMax);
  holder->set_consents(holder->consents() + 1);
  store::PutMessage(txn, keys::Holder(person_id, organisation_id), *holder);
  person->set_consents(person->consents() + 1);
  Put(txn, person_id, *person);
  return absl::OkStatus();
}

absl::Status UncountConsent(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Holder> holder,
                       store::Find<storage::Holder>(txn, keys::Holder(person_id, organisation_id)));
  if (holder.has_value() && holder->consents() > 0) {
    holder->set_consents(holder->consents() - 1);
    store::PutMessage(txn, keys::Holder(person_id, organisation_id), *holder);
  }
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Person> person, Find(txn, person_id));
  if (person.has_value() && person->consents() > 0) {
    person->set_consents(person->consents() - 1);
    Put(txn, person_id, *person);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Known>> FindFamily(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  std::vector<Known> known;
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Person> person, Find(reader, relative));
    if (person.has_value()) known.push_back({relative, *std::move(person)});
  }
  return known;
}

absl::StatusOr<std::vector<ids::Uuid>> FindByIdentifier(const store::Reader& reader,
                                                        const HashedIdentifier& identifier) {
  const std::string prefix = keys::IdentifierPrefix(static_cast<char>(identifier.kind), identifier.hash);
  std::vector<std::pair<int64_t, ids::Uuid>> owners;
  absl::Status parsed;
  auto add = [&](std::string_view key, std::string_view value) {
    const absl::StatusOr<storage::Identifier> bound = store::ParseValue<storage::Identifier>(key, value);
    parsed.Update(bound.status());
    const auto person = ids::Uuid::FromBytes(key.substr(prefix.size()));
    if (bound.ok() && person.has_value()) owners.emplace_back(bound->bound_time_us(), *person);
    return store::Visit::kContinue;
  };
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(prefix), store::Direction::kForward, add));
  NWD_RETURN_IF_ERROR(parsed);
  std::sort(owners.begin(), owners.end());
  std::vector<ids::Uuid> found;
  for (const auto& [bound_time_us, person] : owners) found.push_back(person);
  return found;
}

absl::StatusOr<size_t> CountHeld(const store::Reader& reader, const std::vector<ids::Uuid>& people,
                                 const ids::Uuid& organisation_id) {
  size_t held = 0;
  for (const ids::Uuid& person : people) {
    NWD_ASSIGN_OR_RETURN(const bool theirs, Holds(reader, person, organisation_id));
    if (theirs) ++held;
  }
  return held;
}

absl::StatusOr<std::optional<ids::Uuid>> FindCertain(const store::Reader& reader, const HashedDetails& details) {
  for (const HashedIdentifier& identifier : details.identifiers) {
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> owners, FindByIdentifier(reader, identifier));
    for (const ids::Uuid& owner : owners) {
      NWD_ASSIGN_OR_RETURN(const std::vector<Known> family, FindFamily(reader, owner));
      for (const Known& known : family) {
        if (crypto::ConstantTimeEqual(known.person.match_hash(), details.match_hash)) return known.person_id;
      }
    }
  }
  return std::nullopt;
}

absl::Status BindIdentifiers(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id,
                             const HashedDetails& details, absl::Time now, storage::Person& person) {
  for (const HashedIdentifier& identifier : details.identifiers) {
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> owners, FindByIdentifier(txn, identifier));
    if (std::find(owners.begin(), owners.end(), person_id) != owners.end()) continue;
    NWD_ASSIGN_OR_RETURN(const size_t held, CountHeld(txn, owners, organisation_id));
    if (held >= kIdentifierOwnersMax) continue;
    storage::Identifier bound;
    bound.set_bound_time_us(Micros(now));
    store::PutMessage(txn, keys::Identifier(static_cast<char>(identifier.kind), identifier.hash, person_id), bound);
    person.add_identifiers(identifier.Kept());
  }
  return absl::OkStatus();
}

IdentifierAgreement CompareIdentifiers(const storage::Person& person, const HashedDetails& details) {
  IdentifierAgreement agreement = IdentifierAgreement::kUnknown;
  for (const std::string& theirs : person.identifiers()) {
    for (const HashedIdentifier& said : details.identifiers) {
      if (theirs.front() != static_cast<char>(said.kind)) continue;
      if (std::string_view(theirs).substr(1) == said.hash) return IdentifierAgreement::kSame;
      agreement = IdentifierAgreement::kConflict;
    }
  }
  return agreement;
}

}  // namespace nwd::consent::people
