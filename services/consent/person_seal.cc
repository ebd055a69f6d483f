#include "services/consent/person_seal.h"

#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::consent {
namespace {

std::string AssociatedData(const ids::Uuid& person_id) { return Cat("person-details/", person_id.bytes()); }

}  // namespace

std::string SealDetails(const crypto::AeadKey& key, const ids::Uuid& person_id, const CheckedDetails& details) {
  storage::PersonDetails kept;
  kept.set_full_name(details.full_name);
  kept.set_date_of_birth(details.date_of_birth);
  kept.set_postcode(details.postcode);
  return key.Seal(kept.SerializeAsString(), AssociatedData(person_id));
}

absl::StatusOr<storage::PersonDetails> OpenDetails(const crypto::AeadKey& key, const ids::Uuid& person_id,
                                                   std::string_view sealed) {
  NWD_ASSIGN_OR_RETURN(const std::string opened, key.Open(sealed, AssociatedData(person_id)));
  storage::PersonDetails details;
  if (!details.ParseFromString(opened)) return absl::DataLossError("a person's details do not parse");
  return details;
}

}  // namespace nwd::consent
