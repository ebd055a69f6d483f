// Consents in the store: the one value that decisions need, their sealed terms, the indexes by person and by the time
// they end; and consents as the API shows them. Called within a View or an Update; errors are the store's, or DATA_LOSS
// for what does not parse or open. No state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::consents {

absl::StatusOr<std::optional<storage::Consent>> Find(const store::Reader& reader, const ids::Uuid& consent_id);
void Put(store::Txn& txn, const storage::Consent& consent);
// The consent, its terms and its places in the indexes.
void Add(store::Txn& txn, const storage::Consent& consent, const storage::SealedTerms& terms);

// One that has had its time: it, its terms, receipts and grants, and its places in the indexes; it counts no more among
// those that were drawn up.
absl::Status Forget(store::Txn& txn, const storage::Consent& consent);

// Those whose time is over at `now`, whatever became of them before, soonest first, at most `limit`. Each is taken
// once.
absl::StatusOr<std::vector<storage::Consent>> TakeOver(store::Txn& txn, absl::Time now, size_t limit);

// All consents of a person, whichever of their ids they were given under (joins.h), newest first.
absl::StatusOr<std::vector<storage::Consent>> OfPerson(const store::Reader& reader, const ids::Uuid& person_id);
// One page of them: calls `visit` with each place and consent, from the place `from` (empty means the newest) until it
// says stop.
absl::Status Walk(const store::Reader& reader, const ids::Uuid& person_id, const std::string& from,
                  absl::FunctionRef<store::Visit(const std::string& place, const storage::Consent&)> visit);

// Terms are sealed under the person's key and bound to their consent.
storage::SealedTerms Seal(const crypto::AeadKey& key, const ids::Uuid& consent_id, const storage::Terms& terms);
void PutTerms(store::Txn& txn, const crypto::AeadKey& key, const ids::Uuid& consent_id, const storage::Terms& terms);
absl::StatusOr<storage::Terms> ReadTerms(const store::Reader& reader, const crypto::AeadKey& key,
                                         const ids::Uuid& consent_id);

// "r7". The revision in one; nothing for what is no etag.
std::string EtagOf(int64_t revision);
std::string EtagOf(const storage::Consent& consent);
std::optional<int64_t> RevisionOf(std::string_view etag);

// The id in a stored field; the nil id where it is empty.
ids::Uuid IdOf(std::string_view bytes);

// The consent as `organisation_id`, which may see it, sees it at `now`.
v1::Consent Show(const storage::Consent& consent, const storage::Terms& terms, const ids::Uuid& organisation_id,
                 std::string person_ref, absl::Time now);

}  // namespace nwd::consent::consents
