// The audit log over gRPC: the one implementation of nwd.common.v1.AuditService, the same log as log_pages.h serves.
//
//   AuditService audit_service(log, store, tokens::Tokens(hub_key.Derive("consent/audit-pages"), epoch));
//   audit_service.Register(router);
//
// Log and store outlive it. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/audit/log.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/common/v1/audit_service.pb.h"

namespace nwd::audit {

class AuditService {
 public:
  AuditService(const Log& log, store::Store& store, tokens::Tokens tokens)
      : log_(log), store_(store), tokens_(std::move(tokens)) {}

  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<common::v1::GetCheckpointResponse>> GetCheckpoint(
      rpc::Call& call, const common::v1::GetCheckpointRequest& request);
  async::Task<absl::StatusOr<common::v1::GetInclusionProofResponse>> GetInclusionProof(
      rpc::Call& call, const common::v1::GetInclusionProofRequest& request);
  async::Task<absl::StatusOr<common::v1::ListEntriesResponse>> ListEntries(
      rpc::Call& call, const common::v1::ListEntriesRequest& request);

 private:
  const Log& log_;
  store::Store& store_;
  const tokens::Tokens tokens_;  // of the pages of ListEntries
};

}  // namespace nwd::audit
