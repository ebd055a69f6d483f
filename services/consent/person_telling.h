// Telling a person what was done about them without asking: a notice to those who act for them or, where there is none,
// to whom they turn to. Called within an Update; errors are the store's, or DATA_LOSS. No state.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "services/consent/parts.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// Asks for the person to be told of an emergency access: by all resident channels that they enrolled with; where there is
// none, by their main contact, be it the organisation that opened it.
// Who is suspended or has left the hub can tell nobody anything, and is not asked. Answers who was asked, nobody where
// there is nobody; once it is durable, their bells are to be rung.
absl::StatusOr<std::vector<ids::Uuid>> TellPerson(store::Txn& txn, const Parts& parts,
                                                  const storage::EmergencyAccess& access, absl::Time now);

}  // namespace nwd::consent
