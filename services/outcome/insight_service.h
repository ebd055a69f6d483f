// nwd.outcome.v1.InsightService: indicators, from frozen releases only. Everything named in Parts outlives it.
// Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/async/worker_pool.h"
#include "common/audit/audit.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/outcome/v1/insight_service.pb.h"
#include "services/outcome/own_changes.h"
#include "services/outcome/release.h"

namespace nwd::outcome {

class InsightService {
 public:
  struct Parts {
    store::Store& store;
    const Releases& releases;
    OwnChanges& own_changes;
    async::WorkerPool& workers;
    const tokens::Tokens& tokens;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
  };
  explicit InsightService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListIndicatorsResponse>> ListIndicators(rpc::Call& call,
                                                                         const v1::ListIndicatorsRequest& request);
  async::Task<absl::StatusOr<v1::CreateReleaseResponse>> CreateRelease(rpc::Call& call,
                                                                       const v1::CreateReleaseRequest& request);
  async::Task<absl::StatusOr<v1::QueryIndicatorsResponse>> QueryIndicators(rpc::Call& call,
                                                                           const v1::QueryIndicatorsRequest& request);

 private:
  const Parts parts_;
};

}  // namespace nwd::outcome
