// PersonDataService: all that this service holds about a person, for an export by the consent service, which logs it.
//
// Thread-safe. Keeps nothing of its own.
#pragma once

#include <functional>
#include <utility>

#include "common/async/worker_pool.h"
#include "common/person_keys/person_keys.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/outcome/v1/person_data_service.pb.h"
#include "services/outcome/limits.h"

namespace nwd::outcome {

class PersonDataService {
 public:
  // All outlive it. `forget_deleted`: see app.h; without it nothing that was deleted is ever in a file.
  PersonDataService(store::Store& store, person_keys::PersonKeys& person_keys, const tokens::Tokens& tokens,
                    std::function<absl::Status()> forget_deleted = {})
      : store_(store),
        person_keys_(person_keys),
        tokens_(tokens),
        forget_deleted_(std::move(forget_deleted)),
        workers_(kForgetThreads, kForgetWaitingMax) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListPersonStepsResponse>> ListPersonSteps(rpc::Call& call,
                                                                           const v1::ListPersonStepsRequest& request);
  async::Task<absl::StatusOr<v1::ConfirmErasureResponse>> ConfirmErasure(rpc::Call& call,
                                                                         const v1::ConfirmErasureRequest& request);

 private:
  store::Store& store_;
  person_keys::PersonKeys& person_keys_;
  const tokens::Tokens& tokens_;
  const std::function<absl::Status()> forget_deleted_;
  async::WorkerPool workers_;
};

}  // namespace nwd::outcome
