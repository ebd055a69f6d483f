// How far the service's changes are known to be on another machine: whoever follows the ledger says so by asking for what
// comes next (ledger_service.h). What takes something back waits for that before it answers, so that it survives the loss of
// this machine from its answer on; but not for long, since a no must never fail because nobody follows.
//
// Thread-safe.
#pragma once

#include <atomic>

#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/store/store.h"

namespace nwd::consent {

class OffHost {
 public:
  explicit OffHost(store::Store& store) : store_(store) {}

  // Everything up to here is on disk elsewhere; and somebody follows, now.
  void Reached(store::Position through);
  // Until all that is durable now is elsewhere. False where nobody follows, it took longer than kOffHostWaitMax, or
  // `deadline` is near: the caller's, who is to have its answer.
  async::Task<bool> Wait(absl::Time deadline);

  // Changes that are not known to be elsewhere.
  store::Position Behind() const;
  // How long ago somebody asked; infinite before the first time.
  absl::Duration SinceAsked() const;

 private:
  store::Store& store_;
  std::atomic<store::Position> through_{0};
  std::atomic<int64_t> asked_nanos_{INT64_MIN};  // by SteadyNow
  async::Signal moved_;
};

}  // namespace nwd::consent
