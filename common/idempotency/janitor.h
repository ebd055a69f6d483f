// Forgets kept responses once nobody may ask for them any more; runs in the background of every service.
#pragma once

#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"

namespace nwd::idempotency {

inline constexpr absl::Duration kSweepPause = absl::Minutes(1);
inline constexpr int kSweepRowsMax = 1000;  // in one transaction: it is on everybody's path

// Sweeps until nothing old is left, a transaction for every kSweepRowsMax rows, or until told to stop; how many went.
// Everything given outlives it.
async::Task<absl::StatusOr<int>> SweepAll(const Requests& requests, store::Store& store, const Clock& clock,
                                          rpc::Stop& stop);

// SweepAll now and then, until told to stop. A failed sweep is logged and tried again at the next turn.
async::Task<void> KeepTidy(const Requests& requests, store::Store& store, const Clock& clock, rpc::Stop& stop);

}  // namespace nwd::idempotency
