// Links providers of feeds to organisations of the hub: their services, present and future, are then that
// organisation's. Takes the same turn as committing an import, so that peers hear of every service. Thread-safe.
#pragma once

#include "common/audit/audit.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "services/directory/announcer.h"
#include "services/directory/catalogue.h"
#include "services/directory/turn.h"

namespace nwd::directory {

class ProviderLinker {
 public:
  struct Parts {
    store::Store& store;
    Catalogue& catalogue;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
    Announcer& announcer;
    Turn& turn;
  };
  explicit ProviderLinker(Parts parts) : parts_(parts) {}

  async::Task<absl::StatusOr<v1::LinkProviderResponse>> Link(rpc::Call& call, const v1::LinkProviderRequest& request);

 private:
  Parts parts_;
};

}  // namespace nwd::directory
