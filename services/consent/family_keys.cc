#include "services/consent/family_keys.h"

#include <vector>

#include "services/consent/joins.h"

namespace nwd::consent {

async::Task<absl::StatusOr<FamilyKeys>> KeysOfFamily(const Parts& parts, ids::Uuid person_id) {
  auto look = [&](const store::Reader& reader) { return joins::FamilyOf(reader, person_id); };
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, co_await parts.store.View(look));
  FamilyKeys keys;
  for (const ids::Uuid& relative : family) {
    NWD_CO_ASSIGN_OR_RETURN(person_keys::PersonKey key, co_await KeyOrNull(parts, relative));
    if (key != nullptr) keys.emplace(relative, std::move(key));
  }
  co_return keys;
}

}  // namespace nwd::consent
