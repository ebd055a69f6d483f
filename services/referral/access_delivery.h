// What the outbox does for this service: opens and closes access at the consent service, at least once, in order within
// a referral. Thread-safe.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "common/outbox/outbox.h"
#include "services/referral/peers.h"

namespace nwd::referral {

// Before Outbox::Run. `consent` outlives the outbox.
void HandleAccess(outbox::Outbox& outbox, ConsentPeer& consent);

// Delivers what a transaction put into the outbox, before the reply: for kFollowUpTimeout, and no longer than until
// `deadline`, the call's, which must leave kInlineTryMin for each try. What is not done by then is tried again in the background.
async::Task<void> Deliver(outbox::Outbox& outbox, const std::vector<outbox::EntryId>& deliveries, absl::Time deadline);

}  // namespace nwd::referral
