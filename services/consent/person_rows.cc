#include "services/consent/person_rows.h"

#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/crypto/hmac.h"
#include "common/store/proto_value.h"
#include "services/consent/keys.h"

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

void AddHolder(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& organisation_id, absl::Time now) {
  storage::Holder holder;
  holder.set_since_us(Micros(now));
  store::PutMessage(txn, keys::Holder(person_id, organisation_id), holder);
}

absl::StatusOr<std::vector<ids::Uuid>> FindByIdentifier(const store::Reader& reader,
                                                        const HashedIdentifier& identifier) {
  const std::string prefix = keys::IdentifierPrefix(static_cast<char>(identifier.kind), identifier.hash);
  std::vector<ids::Uuid> found;
  NWD_RETURN_IF_ERROR(
      reader.Scan(store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view) {
        if (const auto person = ids::Uuid::FromBytes(key.substr(prefix.size()))) found.push_back(*person);
        return store::Visit::kContinue;
      }));
  return found;
}

absl::StatusOr<std::optional<ids::Uuid>> FindCertain(const store::Reader& reader, const HashedDetails& details) {
  for (const HashedIdentifier& identifier : details.identifiers) {
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> candidates, FindByIdentifier(reader, identifier));
    for (const ids::Uuid& candidate : candidates) {
      NWD_ASSIGN_OR_RETURN(const std::optional<storage::Person> person, Find(reader, candidate));
      if (person.has_value() && crypto::ConstantTimeEqual(person->match_hash(), details.match_hash)) return candidate;
    }
  }
  return std::nullopt;
}

absl::Status BindIdentifiers(store::Txn& txn, const ids::Uuid& person_id, const HashedDetails& details, absl::Time now,
                             storage::Person& person) {
  for (const HashedIdentifier& identifier : details.identifiers) {
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> owners, FindByIdentifier(txn, identifier));
    if (!owners.empty()) continue;
    storage::Identifier bound;
    bound.set_bound_time_us(Micros(now));
    store::PutMessage(txn, keys::Identifier(static_cast<char>(identifier.kind), identifier.hash, person_id), bound);
    person.add_identifiers(Cat(std::string(1, static_cast<char>(identifier.kind)), identifier.hash));
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
