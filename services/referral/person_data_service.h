// PersonDataService: all that this service holds about a person, for an export by the consent service, which logs it.
//
// Thread-safe. Keeps nothing of its own.
#pragma once

#include <functional>
#include <utility>

#include "common/async/worker_pool.h"
#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "nwd/referral/v1/person_data_service.pb.h"
#include "services/referral/limits.h"
#include "services/referral/parts.h"

namespace nwd::referral {

class PersonDataService {
 public:
  // `forget_deleted`: see app.h; without it nothing that was deleted is ever in a file.
  explicit PersonDataService(const Parts& parts, std::function<absl::Status()> forget_deleted = {})
      : parts_(parts), forget_deleted_(std::move(forget_deleted)), workers_(kForgetThreads, kForgetWaitingMax) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListPersonReferralsResponse>> ListPersonReferrals(
      rpc::Call& call, const v1::ListPersonReferralsRequest& request);
  async::Task<absl::StatusOr<v1::ConfirmErasureResponse>> ConfirmErasure(rpc::Call& call,
                                                                         const v1::ConfirmErasureRequest& request);

 private:
  const Parts& parts_;
  const std::function<absl::Status()> forget_deleted_;
  async::WorkerPool workers_;
};

}  // namespace nwd::referral
