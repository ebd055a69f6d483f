// PersonDataService: all that this service holds about a person, for an export by the consent service, which logs it.
//
// Thread-safe. Keeps nothing of its own.
#pragma once

#include <utility>

#include "common/async/worker_pool.h"
#include "common/person_keys/key_files.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "nwd/referral/v1/person_data_service.pb.h"
#include "services/referral/limits.h"
#include "services/referral/parts.h"

namespace nwd::referral {

class PersonDataService {
 public:
  // `key_files`: in which people's keys lie.
  explicit PersonDataService(const Parts& parts, person_keys::KeyFiles key_files = {})
      : parts_(parts), key_files_(std::move(key_files)), workers_(kForgetThreads, kForgetWaitingMax) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListPersonReferralsResponse>> ListPersonReferrals(
      rpc::Call& call, const v1::ListPersonReferralsRequest& request);
  async::Task<absl::StatusOr<v1::ConfirmErasureResponse>> ConfirmErasure(rpc::Call& call,
                                                                         const v1::ConfirmErasureRequest& request);

 private:
  const Parts& parts_;
  const person_keys::KeyFiles key_files_;
  async::WorkerPool workers_;
};

}  // namespace nwd::referral
