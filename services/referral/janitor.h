// What the suite does by itself: moves whose time has come (drafts swept, reminders sent, referrals expired, ends
// closed), and access opened again that was closed for a move nobody made.
//
// The rows of table 't' are in the order of their times, so a round looks only at what is due. A referral whose move
// fails is logged, counted, and tried again in the next round; those after it go on. "Now" comes from the clock it is
// given; rounds follow each other every kJanitorPause. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/rpc/stop.h"
#include "services/referral/move_failures.h"
#include "services/referral/parts.h"

namespace nwd::referral {

class Janitor {
 public:
  Janitor(const Parts& parts, const Clock& clock) : parts_(parts), clock_(clock) {}

  // One round; answers how many referrals moved.
  async::Task<absl::StatusOr<int>> Round();
  async::Task<void> Run(rpc::Stop& stop);
  // Moves that failed, since the start.
  int64_t failures() const { return failures_.count(); }

 private:
  async::Task<absl::StatusOr<int>> MoveWhatIsDue();

  const Parts& parts_;
  const Clock& clock_;
  MoveFailures failures_{"referral.janitor"};
};

}  // namespace nwd::referral
