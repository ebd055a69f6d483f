// What the handlers and background jobs of this program are built from; app.h makes and owns it all, and it outlives
// them. Every part is thread-safe, and so is the whole, which never changes.
#pragma once

#include "common/audit/audit.h"
#include "common/facts/facts.h"
#include "common/idempotency/idempotency.h"
#include "common/outbox/outbox.h"
#include "common/person_keys/person_keys.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "services/referral/mover.h"
#include "services/referral/peers.h"

namespace nwd::referral {

struct Parts {
  store::Store& store;
  person_keys::PersonKeys& keys;
  const Mover& mover;
  const audit::Audit& audit;
  const idempotency::Requests& requests;
  const tokens::Tokens& tokens;
  outbox::Outbox& outbox;
  const facts::Facts& facts;
  Peers peers;
};

}  // namespace nwd::referral
