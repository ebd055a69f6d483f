#include "services/consent/person_seal.h"

#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::consent {
namespace {

std::string AssociatedData(const ids::Uuid& person_id) { return Cat("person-details/", person_id.bytes()); }
std::string AssociatedData(const ids::Uuid& person_id, const ids::Uuid& organisation_id) {
  return Cat("person-details-given/", person_id.bytes(), organisation_id.bytes());
}

storage::PersonDetails KeptOf(const CheckedDetails& details) {
  storage::PersonDetails kept;
  kept.set_full_name(details.full_name);
  kept.set_date_of_birth(details.date_of_birth);
  kept.set_postcode(details.postcode);
  return kept;
}

absl::StatusOr<storage::PersonDetails> Open(const crypto::AeadKey& key, std::string_view sealed,
                                            const std::string& associated) {
  NWD_ASSIGN_OR_RETURN(const std::string opened, key.Open(sealed, associated));
  storage::PersonDetails details;
  if (!details.ParseFromString(opened)) return absl::DataLossError("a person's details do not parse");
  return details;
}

}  // namespace

std::string SealDetails(const crypto::AeadKey& key, const ids::Uuid& person_id, const CheckedDetails& details) {
  return key.Seal(KeptOf(details).SerializeAsString(), AssociatedData(person_id));
}

absl::StatusOr<storage::PersonDetails> OpenDetails(const crypto::AeadKey& key, const ids::Uuid& person_id,
                                                   std::string_view sealed) {
  return Open(key, sealed, AssociatedData(person_id));
}

std::string SealGiven(const crypto::AeadKey& key, const ids::Uuid& person_id, const ids::Uuid& organisation_id,
                      const CheckedDetails& details) {
  storage::PersonDetails kept = KeptOf(details);
  for (const CheckedIdentifier& identifier : details.identifiers) {
    kept.mutable_identifier_kinds()->push_back(static_cast<char>(identifier.kind));
  }
  return key.Seal(kept.SerializeAsString(), AssociatedData(person_id, organisation_id));
}

absl::StatusOr<storage::PersonDetails> OpenGiven(const crypto::AeadKey& key, const ids::Uuid& person_id,
                                                 const ids::Uuid& organisation_id, std::string_view sealed) {
  return Open(key, sealed, AssociatedData(person_id, organisation_id));
}

}  // namespace nwd::consent
