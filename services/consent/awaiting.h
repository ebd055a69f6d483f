// Authorities that await a second organisation: each is put to those that could approve it, so that nobody has to look
// through everybody they hold. An index beside the authorities; what it names is judged anew when it is looked at. Called
// within a View or an Update; errors are the store's, or DATA_LOSS for what does not parse. No state.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/organisations.h"
#include "services/consent/storage.pb.h"
#include "services/consent/ties.h"

namespace nwd::consent::awaiting {

// `holder`, which holds the person, could approve the authority now.
bool CouldApprove(const storage::Authority& authority, const ties::Asker& holder, absl::Time now);

// Puts a new authority to those that could approve it, kApproversAskedMax at most.
absl::Status Put(store::Txn& txn, const storage::Authority& authority, const Organisations& organisations,
                 absl::Time now);
// It awaits nobody any more.
absl::Status Take(store::Txn& txn, const storage::Authority& authority);

// Those put to an organisation whose time is not over, the first to end first: calls `visit` with each key and authority,
// from the key `from` (empty means the first) until it says stop.
absl::Status Walk(const store::Reader& reader, const ids::Uuid& organisation_id, const std::string& from,
                  absl::Time now,
                  absl::FunctionRef<store::Visit(const std::string& key, const storage::Authority&)> visit);

}  // namespace nwd::consent::awaiting
