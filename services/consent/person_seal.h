// Who a person is, sealed under their own key and bound to their id. Values in, values out.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "services/consent/person_details.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

std::string SealDetails(const crypto::AeadKey& key, const ids::Uuid& person_id, const CheckedDetails& details);
// DATA_LOSS where it is not what was sealed for this person.
absl::StatusOr<storage::PersonDetails> OpenDetails(const crypto::AeadKey& key, const ids::Uuid& person_id,
                                                   std::string_view sealed);

// The same as one organisation gave them, bound to it too.
std::string SealGiven(const crypto::AeadKey& key, const ids::Uuid& person_id, const ids::Uuid& organisation_id,
                      const CheckedDetails& details);
absl::StatusOr<storage::PersonDetails> OpenGiven(const crypto::AeadKey& key, const ids::Uuid& person_id,
                                                 const ids::Uuid& organisation_id, std::string_view sealed);

}  // namespace nwd::consent
