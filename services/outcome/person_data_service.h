// PersonDataService: all that this service holds about a person, for an export by the consent service, which logs it.
//
// Thread-safe. Keeps nothing of its own.
#pragma once

#include <utility>

#include "common/async/worker_pool.h"
#include "common/person_keys/key_files.h"
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
  // All outlive it. `key_files`: in which people's keys lie.
  PersonDataService(store::Store& store, person_keys::PersonKeys& person_keys, const tokens::Tokens& tokens,
                    person_keys::KeyFiles key_files = {})
      : store_(store),
        person_keys_(person_keys),
        tokens_(tokens),
        key_files_(std::move(key_files)),
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
  const person_keys::KeyFiles key_files_;
  async::WorkerPool workers_;
};

}  // namespace nwd::outcome
