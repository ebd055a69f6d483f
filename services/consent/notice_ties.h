// Whose notices are whose to see and answer. Called within a View or an Update; errors are the store's. No state.
#pragma once

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/organisations.h"
#include "services/consent/storage.pb.h"
#include "services/consent/ties.h"

namespace nwd::consent::notices {

// Whether a notice of this type about this person, sent to the asker, is the asker's to see now. An agency answers for what
// it had, whoever holds the person; a channel for people who are enrolled with it, or were until they were erased.
absl::StatusOr<bool> IsShownTo(const store::Reader& reader, const ties::Asker& asker, const ids::Uuid& person_id,
                               v1::NoticeType type);

// Whether its recipient could answer it now: it is active, has a role to do so, and it is its to see.
absl::StatusOr<bool> CanBeAnswered(const store::Reader& reader, const Organisations& organisations,
                                   const ids::Uuid& recipient_id, const storage::Notice& notice);

}  // namespace nwd::consent::notices
