#include "services/referral/person_key.h"

#include <memory>
#include <optional>

#include "common/base/macros.h"
#include "common/crypto/random.h"
#include "common/status/status.h"
#include "services/referral/repository.h"

namespace nwd::referral {

async::Task<absl::StatusOr<person_keys::PersonKey>> EnsureKey(const Parts& parts, const std::string& person_id) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(person_id);
  if (!id) co_return absl::DataLossError("a person's id is not one");
  if (person_keys::PersonKey cached = parts.keys.Cached(*id)) co_return cached;
  const person_keys::IsErased erased = [&](const store::Reader& reader) {
    return repository::IsErased(reader, person_id);
  };
  NWD_CO_ASSIGN_OR_RETURN(person_keys::PersonKey key,
                          co_await person_keys::EnsureUnlessErased(parts.keys, *id, parts.store, erased));
  if (key == nullptr) co_return status::Denied();
  co_return key;
}

async::Task<absl::StatusOr<person_keys::PersonKey>> FindKey(const Parts& parts, const std::string& person_id) {
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(person_id);
  if (!id) co_return absl::DataLossError("a person's id is not one");
  absl::StatusOr<person_keys::PersonKey> key = co_await parts.keys.Find(*id);
  if (absl::IsNotFound(key.status())) co_return person_keys::PersonKey();
  co_return key;
}

async::Task<absl::StatusOr<person_keys::PersonKey>> KeyForMove(const Parts& parts, const std::string& person_id,
                                                               bool brings_text) {
  absl::StatusOr<person_keys::PersonKey> key = co_await EnsureKey(parts, person_id);
  if (brings_text || !absl::IsPermissionDenied(key.status())) co_return key;
  co_return std::make_shared<const crypto::AeadKey>(crypto::RandomBytes(crypto::kKeySizeBytes));
}

}  // namespace nwd::referral
