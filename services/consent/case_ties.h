// Whose a case is: who answers it, and who may speak for its person. Called within a View or an Update; errors are the
// store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/organisations.h"
#include "services/consent/storage.pb.h"
#include "services/consent/ties.h"

namespace nwd::consent::cases {

// The asker answers it; a resident channel only while the person is enrolled with it. False of no case.
absl::StatusOr<bool> IsAnsweredBy(const store::Reader& reader, const ties::Asker& asker,
                                  const std::optional<storage::Case>& row);
// Or it is a resident channel that its person is enrolled with, whoever answers it.
absl::StatusOr<bool> SpeaksFor(const store::Reader& reader, const ties::Asker& asker,
                               const std::optional<storage::Case>& row);

// Who is to answer what a person asks through a channel: their main contact or, where nobody is or it is not active, who
// registered them first of those that are. The nil id where nobody can.
absl::StatusOr<ids::Uuid> WhoAnswers(const store::Reader& reader, const Organisations& organisations,
                                     const ids::Uuid& person_id);

// The person has left the channel: what it was to answer goes to WhoAnswers, by the same day; where nobody can it stays.
absl::Status HandOver(store::Txn& txn, const Organisations& organisations, const ids::Uuid& person_id,
                      const ids::Uuid& channel_id);

}  // namespace nwd::consent::cases
