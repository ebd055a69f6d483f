// What the consent service does by itself: it tells in the change feed what time has ended, destroys keys that were made
// for nobody, and forgets possible matches and codes that are over. Nothing waits for it: whoever decides looks at the
// time itself, and an unused key opens nothing.
//
// Rounds follow each other every kJanitorEvery; what fails is logged and tried again in the next. Thread-safe.
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
  async::Task<absl::Status> ForgetCodes();

 private:
  const Parts& parts_;
};

}  // namespace nwd::consent
