// AccessService's ExplainAccess: what an organisation could see, of how many people (explanation.h), from a look through
// all there is (explain_scan.h). One is worked out at a time, away from the queues; one may wait, more are shed.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/async/worker_pool.h"
#include "common/rpc/router.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "services/consent/explanation.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class ExplainService {
 public:
  explicit ExplainService(const Parts& parts) : parts_(parts), workers_(kExplainThreads, kExplanationsWaitingMax) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ExplainAccessResponse>> ExplainAccess(rpc::Call& call,
                                                                       const v1::ExplainAccessRequest& request);

 private:
  async::Task<absl::StatusOr<Explanation::Asked>> Read(const rpc::Call& call, const v1::ExplainAccessRequest& request);
  // Queues the audit entry; an error means that it must not be answered.
  absl::Status Log(const rpc::Call& call, const v1::ExplainAccessRequest& request) const;

  const Parts& parts_;
  async::WorkerPool workers_;
};

}  // namespace nwd::consent
