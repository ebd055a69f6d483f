// A service of the catalogue, wherever it is known. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/referral/parts.h"

namespace nwd::referral {

// From the replica, or from the directory where the replica lacks it or knows nobody who answers for it. NOT_FOUND,
// reason NO_SUCH_SERVICE, where there is none; else the errors of the store and of asking.
async::Task<absl::StatusOr<common::v1::ServiceChange>> FindService(const Parts& parts, const std::string& service_id);

}  // namespace nwd::referral
