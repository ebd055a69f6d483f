// PersonDataService: all that this service holds about a person, for an export by the consent service, which logs it.
//
// Thread-safe. Keeps nothing of its own.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/outcome/v1/person_data_service.pb.h"

namespace nwd::outcome {

class PersonDataService {
 public:
  // Both outlive it.
  PersonDataService(store::Store& store, const tokens::Tokens& tokens) : store_(store), tokens_(tokens) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListPersonStepsResponse>> ListPersonSteps(rpc::Call& call,
                                                                           const v1::ListPersonStepsRequest& request);

 private:
  store::Store& store_;
  const tokens::Tokens& tokens_;
};

}  // namespace nwd::outcome
