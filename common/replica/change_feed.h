// A service's own changes, offered to its peers: the one implementation of nwd.common.v1.ChangeService.
//
//   ChangeFeedService changes(store, tokens);
//   changes.Register(router);
//
// Entries of Feed::kChanges are serialised nwd.common.v1.Change. A cursor serves the service it was given to. A call
// that waits ends with whatever comes first: a change, wait_ms, its deadline or its caller's leaving. Store and tokens
// outlive it. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/common/v1/change_service.pb.h"

namespace nwd::replica {

class ChangeFeedService {
 public:
  ChangeFeedService(store::Store& store, const tokens::Tokens& tokens) : store_(store), tokens_(tokens) {}

  void Register(rpc::Router& router) { router.Unary(this, &ChangeFeedService::ReadChanges); }
  async::Task<absl::StatusOr<common::v1::ReadChangesResponse>> ReadChanges(
      rpc::Call& call, const common::v1::ReadChangesRequest& request);

 private:
  store::Store& store_;
  const tokens::Tokens& tokens_;
};

}  // namespace nwd::replica
