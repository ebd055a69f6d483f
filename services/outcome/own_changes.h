// Applies this service's own changes, one after the other, so that callers' transactions never touch the figures they
// all share. How far it has come is kept with the effect, so several may try at once and none is applied twice.
//
// Store and changes outlive it. Thread-safe.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/rpc/stop.h"
#include "common/store/store.h"
#include "services/outcome/changes.h"

namespace nwd::outcome {

class OwnChanges {
 public:
  OwnChanges(store::Store& store, const Changes& changes) : store_(store), changes_(changes) {}

  // Applies all there are now: afterwards figures and journeys hold every outcome recorded before the call.
  async::Task<absl::Status> CatchUp(absl::Time deadline);
  // Applies them as they come, until told to stop.
  async::Task<void> Run(rpc::Stop& stop);

 private:
  // Applies the next few; the position it has come to.
  async::Task<absl::StatusOr<store::Position>> ApplySome(absl::Time deadline);

  store::Store& store_;
  const Changes& changes_;
};

}  // namespace nwd::outcome
