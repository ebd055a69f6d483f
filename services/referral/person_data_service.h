// PersonDataService: all that this service holds about a person, for an export by the consent service, which logs it.
//
// Thread-safe. Keeps nothing of its own.
#pragma once

#include "common/rpc/call.h"
#include "common/rpc/router.h"
#include "nwd/referral/v1/person_data_service.pb.h"
#include "services/referral/parts.h"

namespace nwd::referral {

class PersonDataService {
 public:
  explicit PersonDataService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListPersonReferralsResponse>> ListPersonReferrals(
      rpc::Call& call, const v1::ListPersonReferralsRequest& request);

 private:
  const Parts& parts_;
};

}  // namespace nwd::referral
