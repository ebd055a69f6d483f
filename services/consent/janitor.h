// What the consent service does by itself: it tells in the change feed what time has ended, destroys keys that were made
// for nobody, forgets possible matches and codes that are over, reminds of notices that nobody answers, and says what is
// overdue: answers to them, reviews of emergency accesses, and cases of people's rights.
// Nothing waits for it: whoever decides looks at the time itself, and an unused key opens nothing.
//
// Rounds follow each other every kJanitorEvery; what fails is logged and tried again in the next. All of Run's rounds
// are one coroutine's: each step follows the one before, on whichever thread, and never runs beside it. So what one round
// remembers for the next (reviews_counted_, cases_counted_) needs no lock, and nobody else calls the steps while Run goes on.
#pragma once

#include "common/rpc/stop.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class Janitor {
 public:
  explicit Janitor(const Parts& parts) : parts_(parts) {}

  async::Task<void> Run(rpc::Stop& stop);

  // Says in the change feed which consents time has ended since the last time: EXPIRED or LAPSED, once each.
  async::Task<absl::Status> AnnounceEnded();
  async::Task<absl::Status> DestroyUnusedKeys() { return parts_.unused_keys.Destroy(); }
  async::Task<absl::Status> ForgetMatches();
  // Reminds recipients, puts before the hub's administrators what is overdue, which it says in the log, and sets the
  // figures.
  async::Task<absl::Status> FollowNotices();
  async::Task<absl::Status> ForgetCodes();
  // Sets the figure, and says in the log where reviews have come to be overdue since the last time: how many, no more.
  async::Task<absl::Status> CountOverdueReviews();
  // The same of the cases of people's rights.
  async::Task<absl::Status> CountOverdueCases();

 private:
  const Parts& parts_;
  absl::Time reviews_counted_ = absl::UnixEpoch();  // when they were last
  absl::Time cases_counted_ = absl::UnixEpoch();
};

}  // namespace nwd::consent
