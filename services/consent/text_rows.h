// Consent texts in the store: each organisation's own, by the text's hash. Called within a View or an Update; errors are
// the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::texts {

// The text of this SHA-256 (32 bytes) as the organisation keeps it; nothing where it keeps none.
absl::StatusOr<std::optional<storage::Text>> Find(const store::Reader& reader, std::string_view sha256,
                                                  const ids::Uuid& organisation_id);
// The organisation that kept it first; nothing where none keeps it.
absl::StatusOr<std::optional<ids::Uuid>> FirstKeeper(const store::Reader& reader, std::string_view sha256);
void Put(store::Txn& txn, std::string_view sha256, const ids::Uuid& organisation_id, const storage::Text& text);

}  // namespace nwd::consent::texts
