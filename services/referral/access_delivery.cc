#include "services/referral/access_delivery.h"

#include "services/referral/limits.h"
#include "services/referral/mover.h"

namespace nwd::referral {
namespace {

async::Task<absl::Status> Send(ConsentPeer& consent, bool open, std::string payload) {
  storage::Grant grant;
  if (!grant.ParseFromString(payload)) co_return absl::InvalidArgumentError("an outbox entry is not a grant");
  const rpc::CallOptions options = {.timeout = kPeerTimeout, .practitioner = {}, .traceparent = {}};
  if (open) co_return co_await consent.OpenAccess(grant, options);
  co_return co_await consent.CloseAccess(grant, options);
}

}  // namespace

void HandleAccess(outbox::Outbox& outbox, ConsentPeer& consent) {
  outbox.Handle(std::string(kOpenAccess),
                [&consent](const std::string& payload) { return Send(consent, true, payload); });
  outbox.Handle(std::string(kCloseAccess),
                [&consent](const std::string& payload) { return Send(consent, false, payload); });
}

}  // namespace nwd::referral
