// A person's main contact in the store: what any of the ids says that were joined into one person holds for all of them.
// Called within a View or an Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent::people {

// The one of a person's ids whose word on the main contact is the latest; an empty one where none says anything.
absl::StatusOr<storage::Person> LatestMainContact(const store::Reader& reader, const ids::Uuid& person_id);

}  // namespace nwd::consent::people
