// Receipts in the store: sealed under the person's key, bound to their consent and the revision that the decision made,
// and never written again. Called within a View or an Update; errors are the store's, or DATA_LOSS for what does not
// open. No state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::receipts {

struct Kept {
  int64_t revision = 0;
  std::string content;
};

// Of the decision that gave the consent its present revision.
void Put(store::Txn& txn, const crypto::AeadKey& key, const storage::Consent& consent, std::string_view content);

// Of the decision that made this revision; of the last one where none is named. Nothing where there is none.
absl::StatusOr<std::optional<Kept>> Find(const store::Reader& reader, const crypto::AeadKey& key,
                                         const ids::Uuid& consent_id, std::optional<int64_t> revision);

// The revision of the last receipt before this one; nothing where this is the first.
absl::StatusOr<std::optional<int64_t>> Before(const store::Reader& reader, const ids::Uuid& consent_id,
                                              int64_t revision);

}  // namespace nwd::consent::receipts
