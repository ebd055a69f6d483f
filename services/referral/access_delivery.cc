#include "services/referral/access_delivery.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/rpc/traceparent.h"
#include "services/referral/limits.h"
#include "services/referral/mover.h"

namespace nwd::referral {
namespace {

async::Task<absl::Status> Send(ConsentPeer& consent, bool open, const outbox::Delivery& delivery) {
  storage::Grant grant;
  if (!grant.ParseFromString(delivery.payload)) co_return absl::InvalidArgumentError("an outbox entry is not a grant");
  const absl::Duration timeout = std::min(kPeerTimeout, delivery.deadline - absl::Now());
  rpc::CallOptions options = {.timeout = timeout, .practitioner = {}, .traceparent = {}};
  if (!delivery.trace_id.empty()) options.traceparent = rpc::TraceparentOf(delivery.trace_id);
  if (open) co_return co_await consent.OpenAccess(grant, options);
  co_return co_await consent.CloseAccess(grant, options);
}

}  // namespace

void HandleAccess(outbox::Outbox& outbox, ConsentPeer& consent) {
  outbox.Handle(std::string(kOpenAccess),
                [&consent](const outbox::Delivery& delivery) { return Send(consent, true, delivery); });
  outbox.Handle(std::string(kCloseAccess),
                [&consent](const outbox::Delivery& delivery) { return Send(consent, false, delivery); });
}

async::Task<void> Deliver(outbox::Outbox& outbox, const std::vector<outbox::EntryId>& deliveries, absl::Time deadline) {
  const absl::Time until = std::min(deadline, absl::Now() + kFollowUpTimeout);
  for (const outbox::EntryId& id : deliveries) {
    if (until - absl::Now() < kInlineTryMin) co_return;
    const absl::Status tried = co_await outbox.Deliver(id, until);
    if (!tried.ok()) co_return;  // the entry stays; Outbox::Run goes on trying
  }
}

}  // namespace nwd::referral
