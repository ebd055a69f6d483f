// LedgerService: the off-host ledger, handed out (common/ledger/ledger.h). Entries are made of the change feed as they are
// asked for; nothing is kept for it.
//
// The handler runs on any of the server's queues; errors are those that the proto says.
#pragma once

#include "common/ledger/ledger.h"
#include "common/rpc/router.h"
#include "nwd/consent/v1/ledger_service.pb.h"
#include "services/consent/off_host.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class LedgerService {
 public:
  LedgerService(const Parts& parts, ledger::Keys keys) : parts_(parts), keys_(std::move(keys)) {}
  void Register(rpc::Router& router) { router.Unary(this, &LedgerService::ReadLedger); }

  async::Task<absl::StatusOr<v1::ReadLedgerResponse>> ReadLedger(rpc::Call& call, const v1::ReadLedgerRequest& request);

 private:
  const Parts& parts_;
  const ledger::Keys keys_;
};

}  // namespace nwd::consent
