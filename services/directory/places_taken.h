// How many places of each service are taken, counted from the referral service's changes, which say of each referral
// whether it holds one. Each referral has a row, so that an event told twice counts once. Called by the follower of the
// referral service, one batch at a time.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "common/async/task.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/directory/catalogue.h"

namespace nwd::directory {

// Within a transaction of the follower: counts one change of the referral service. Changes of other things count
// nothing.
absl::Status ApplyReferralChange(store::Txn& txn, const common::v1::Change& change);

// After it: shows readers the counts of the services these changes name.
async::Task<absl::Status> ShowPlacesTaken(store::Store& store, const std::vector<common::v1::Change>& changes,
                                          Catalogue& catalogue);

}  // namespace nwd::directory
