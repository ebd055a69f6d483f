// Whether the organisations that terms name are known to the hub. Called by handlers before their Update, many at once.
#pragma once

#include <string>

#include "common/async/task.h"
#include "common/status/status.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/consent/organisations.h"

namespace nwd::consent {

// Adds to `violations`, under "terms.recipient_organisation_ids", each that no directory knows, that has left, or that
// is a resident channel. Asks the directory about kOrganisationsAskedMax at most. UNAVAILABLE where it has to be asked
// and cannot be.
async::Task<absl::Status> CheckRecipientsKnown(Organisations& organisations,
                                               const google::protobuf::RepeatedPtrField<std::string>& ids,
                                               status::Violations& violations);

}  // namespace nwd::consent
