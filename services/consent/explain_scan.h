// Looks through all consents and authorities for an explanation (explanation.h): kExplainRowsAtOnce rows of a snapshot at
// a time, so that none is held for long. What is decided meanwhile may be in it or not; all is judged for one moment.
//
// Blocks for as long as it takes: on a worker of a pool. A row that does not concern the organisation costs a search for
// its id in the bytes, one that does some 8 µs of CPU (parsed, judged, its person's other ids looked for): half a minute
// where each of three million consents names it.
#pragma once

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/explanation.h"

namespace nwd::consent {

// `held_by`: only people whom this organisation registered. `alive`: asked between snapshots; its error ends the scan.
// Errors are the store's, DATA_LOSS, and those of Explanation::Add.
absl::Status ExplainFrom(store::Store& store, const std::optional<ids::Uuid>& held_by,
                         absl::FunctionRef<absl::Status()> alive, Explanation& explanation);

}  // namespace nwd::consent
