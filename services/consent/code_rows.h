// One-time codes in the store: those by which people enrol with a resident channel, one for a person and channel, found
// by the code's keyed hash; and those by which they confirm a consent, one for a consent. What a row's code reads is
// one_time_codes.h's to say. Called within a View or an Update; errors are the store's, or DATA_LOSS for what does not
// parse. No state.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::codes {

absl::StatusOr<std::optional<storage::OneTimeCode>> OfChannel(const store::Reader& reader, const ids::Uuid& person_id,
                                                              const ids::Uuid& channel_id);
// The one that was typed in at the channel; nothing where there is none.
absl::StatusOr<std::optional<storage::OneTimeCode>> TypedIn(const store::Reader& reader, const ids::Uuid& channel_id,
                                                            std::string_view hash);
// In place of the one before.
absl::Status PutOfChannel(store::Txn& txn, const storage::OneTimeCode& code);
// Those of all ids of the person (joins.h).
absl::Status DeleteOfChannel(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& channel_id);
// Forgets channel codes that are over, of kCodesSweptMax that it looks at; answers how many.
absl::StatusOr<size_t> Sweep(store::Txn& txn, absl::Time now);

// It stays when its code is used, without the seed, since it counts how many were made.
absl::StatusOr<std::optional<storage::OneTimeCode>> OfConsent(const store::Reader& reader, const ids::Uuid& consent_id);
void PutOfConsent(store::Txn& txn, const storage::OneTimeCode& code);

// Whether the code serves: it was not used, is not over, and was not guessed at too often.
bool Serves(const std::optional<storage::OneTimeCode>& code, absl::Time now);
// Whether the row still has the code that was made from this seed, and it serves.
bool ServesStill(const std::optional<storage::OneTimeCode>& code, std::string_view seed, absl::Time now);

}  // namespace nwd::consent::codes
