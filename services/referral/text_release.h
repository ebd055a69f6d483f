// Text of a referral shown to its receiver: a disclosure, judged and kept by the consent service before it happens.
//
//   NWD_CO_ASSIGN_OR_RETURN(const bool released, co_await ReleaseText(parts, call, referral));
//
// Asked at every showing. The consent service keeps the first release of a referral's text under its basis, so that
// its receiver is listed and is told when that is withdrawn or objected to; every showing is in this service's audit log, too.
// Errors: those of the call. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "services/referral/parts.h"

namespace nwd::referral {

// Whether the text may be shown now.
async::Task<absl::StatusOr<bool>> ReleaseText(const Parts& parts, const rpc::Call& call,
                                              const storage::Referral& referral);

}  // namespace nwd::referral
