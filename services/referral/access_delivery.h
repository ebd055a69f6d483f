// What the outbox does for this service: opens and closes access at the consent service, at least once, in order within
// a referral.
#pragma once

#include "common/outbox/outbox.h"
#include "services/referral/peers.h"

namespace nwd::referral {

// Before Outbox::Run. `consent` outlives the outbox.
void HandleAccess(outbox::Outbox& outbox, ConsentPeer& consent);

}  // namespace nwd::referral
