// Authorities in the store: the one value that decisions need, their sealed terms, the indexes of a person's, and of
// those not over; and authorities as the API shows them. Called within a View or an Update; errors are the store's, or
// DATA_LOSS for what does not parse or open. No state.
#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::authorities {

absl::StatusOr<std::optional<storage::Authority>> Find(const store::Reader& reader, const ids::Uuid& authority_id);
void Put(store::Txn& txn, const storage::Authority& authority);
// One that is over, by other means than its time.
void PutOver(store::Txn& txn, const storage::Authority& authority);
// The authority, its terms and its places in the indexes of its person, of which some that ended by time are forgotten.
absl::Status Add(store::Txn& txn, const storage::Authority& authority, const storage::SealedTerms& terms,
                 absl::Time now);
// One that has had its time: it, its terms, that text was released under it, and its places in the indexes.
absl::Status Forget(store::Txn& txn, const storage::Authority& authority);
// Deletes the first kEndedForgottenMax rows of a range of an index: nobody is told when an authority's time is over, so
// what is left of it goes as new ones come.
absl::Status ForgetEnded(store::Txn& txn, const store::Range& ended);

// How many of a person are not over at `now`, whichever of their ids they were asserted under (joins.h); and how many of
// those one organisation asserted. Counts no further than kAuthoritiesPerPersonMax, and reads one index alone.
struct Standing {
  int all = 0;
  int asserted = 0;
};
absl::StatusOr<Standing> CountStanding(const store::Reader& reader, const ids::Uuid& person_id,
                                       const ids::Uuid& asserter_id, absl::Time now);
// One page of them, newest first: calls `visit` with each place and authority, from the place `from` (empty means the
// newest) until it says stop.
absl::Status Walk(const store::Reader& reader, const ids::Uuid& person_id, const std::string& from,
                  absl::FunctionRef<store::Visit(const std::string& place, const storage::Authority&)> visit);

// Terms are sealed under the person's key and bound to their authority.
storage::SealedTerms Seal(const crypto::AeadKey& key, const ids::Uuid& authority_id,
                          const storage::AuthorityTerms& terms);
void PutTerms(store::Txn& txn, const crypto::AeadKey& key, const ids::Uuid& authority_id,
              const storage::AuthorityTerms& terms);
absl::StatusOr<storage::AuthorityTerms> ReadTerms(const store::Reader& reader, const crypto::AeadKey& key,
                                                  const ids::Uuid& authority_id);

std::string EtagOf(const storage::Authority& authority);

// The authority as it is seen at `now`. What it is to who looks (awaits_caller) is the caller's to set.
v1::Authority Show(const storage::Authority& authority, const storage::AuthorityTerms& terms, std::string person_ref,
                   absl::Time now);

}  // namespace nwd::consent::authorities
