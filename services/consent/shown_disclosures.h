// Disclosures as they are shown, and to whom. Called within a View or an Update; errors are the store's, or DATA_LOSS for
// what does not parse. No state.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/store/store.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/ties.h"

namespace nwd::consent::disclosures {

v1::Disclosure Show(const Placed& placed, std::string person_ref);

// A holder sees what concerns it. The person, through a channel, sees everything about them; but not yet what was read
// in an emergency of which telling them is unsafe: whoever threatens them may be looking over their shoulder. That the
// asker has the tie to the person is the caller's to know.
absl::StatusOr<bool> IsShownTo(const store::Reader& reader, const ties::Asker& asker,
                               const storage::Disclosure& disclosure);

}  // namespace nwd::consent::disclosures
