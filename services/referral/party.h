// A referral for one of its parties: who is neither referrer nor receiver, and the receiver of one that was never sent,
// gets status::Denied(), as where there is no referral. Other errors are the store's. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "services/referral/parts.h"

namespace nwd::referral {

// Proves TIE_REFERRAL_PARTY.
async::Task<absl::StatusOr<storage::Referral>> LoadForParty(const Parts& parts, rpc::Call& call,
                                                            const std::string& referral_id);
// The same within a body.
absl::StatusOr<storage::Referral> GetForParty(const store::Reader& reader, rpc::Call& call,
                                              const std::string& referral_id);

// Who calls, and when.
Doer DoerOf(const rpc::Call& call);

}  // namespace nwd::referral
