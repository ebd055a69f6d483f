// Emergency accesses in the store: by id, all and one organisation's by time, those not reviewed by when that is due;
// their sealed words; and how the API shows them. Called within a View or an Update; errors are the store's, or
// DATA_LOSS for what does not parse or open. No state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/aead.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/consent/v1/emergency_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::emergencies {

absl::StatusOr<std::optional<storage::EmergencyAccess>> Find(const store::Reader& reader, const ids::Uuid& access_id);
// A new one, and its places in the indexes.
void Add(store::Txn& txn, const storage::EmergencyAccess& access);
// One that was `before`: its place among those not reviewed goes where it now belongs.
void Replace(store::Txn& txn, const storage::EmergencyAccess& before, const storage::EmergencyAccess& access);

// One that has had its time, and was reviewed.
void Forget(store::Txn& txn, const storage::EmergencyAccess& access);

// What an organisation has opened lately: within kEmergenciesCountedOver, and of those how many permit at `now`.
// Counts no further than kEmergenciesOpenedMax. What was opened in the future, as a clock that was set back has it, was
// opened lately.
struct Opened {
  int lately = 0;
  int open = 0;
  absl::Time next_end = absl::InfiniteFuture();   // the first of those open ends by itself
  absl::Time next_past = absl::InfiniteFuture();  // the oldest of those counted was opened lately no more
};
absl::StatusOr<Opened> CountOpened(const store::Reader& reader, const ids::Uuid& organisation_id, absl::Time now);

// Calls `visit` with the key and access of each, newest first, from the key `from` (empty means the newest) until it
// says stop.
absl::Status Walk(const store::Reader& reader, const std::string& from,
                  absl::FunctionRef<store::Visit(const std::string& key, const storage::EmergencyAccess&)> visit);

// Those about a person, under whichever of their ids (joins.h), newest first.
absl::StatusOr<std::vector<storage::EmergencyAccess>> OfPerson(const store::Reader& reader, const ids::Uuid& person_id);

// How many reviews are overdue at `now`, at most kReviewsOverdueCountedMax, and of those how many came to be after
// `before`. Reads keys of one index alone.
struct Overdue {
  int all = 0;
  int newly = 0;
};
absl::StatusOr<Overdue> CountOverdue(const store::Reader& reader, absl::Time before, absl::Time now);

// Words are sealed under the person's key and bound to their access.
std::string Seal(const crypto::AeadKey& key, const ids::Uuid& access_id, const storage::EmergencyWords& words);
absl::StatusOr<storage::EmergencyWords> Open(const crypto::AeadKey& key, const storage::EmergencyAccess& access);

// "r7".
std::string EtagOf(const storage::EmergencyAccess& access);

// The access at `now`, as who opened or reviews it sees it. `person_ref`: empty to who does not hold the person.
v1::EmergencyAccess Show(const storage::EmergencyAccess& access, const storage::EmergencyWords& words,
                         std::string person_ref, absl::Time now);

}  // namespace nwd::consent::emergencies
