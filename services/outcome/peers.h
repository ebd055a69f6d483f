// The other services, as this one needs them: small enough that a test can stand in for them.
//
// Errors are those of the call; PERMISSION_DENIED, NOT_FOUND and INVALID_ARGUMENT of the owner all mean "not for this
// caller". Thread-safe: handlers call it on any of the server's queues.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/rpc/call.h"
#include "common/rpc/client.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"

namespace nwd::outcome {

class Peers {
 public:
  virtual ~Peers() = default;

  // The ids of the person behind a reference of the calling organisation: the one it names, then those joined to it.
  virtual async::Task<absl::StatusOr<std::vector<std::string>>> ResolveRef(const rpc::Call& call,
                                                                           const std::string& person_ref) = 0;
  // May the calling organisation see this person's support history, to follow up, under this consent?
  virtual async::Task<absl::StatusOr<bool>> MaySeeHistory(const rpc::Call& call, const std::string& person_id,
                                                          const std::string& consent_id) = 0;
  virtual async::Task<absl::StatusOr<referral::v1::GetReferralPartiesResponse>> GetReferralParties(
      const rpc::Call& call, const std::string& referral_id) = 0;
};

// Over mutual TLS. The clients outlive it.
class RpcPeers final : public Peers {
 public:
  RpcPeers(rpc::Client& consent, rpc::Client& referral) : consent_(consent), referral_(referral) {}

  async::Task<absl::StatusOr<std::vector<std::string>>> ResolveRef(const rpc::Call& call,
                                                                   const std::string& person_ref) override;
  async::Task<absl::StatusOr<bool>> MaySeeHistory(const rpc::Call& call, const std::string& person_id,
                                                  const std::string& consent_id) override;
  async::Task<absl::StatusOr<referral::v1::GetReferralPartiesResponse>> GetReferralParties(
      const rpc::Call& call, const std::string& referral_id) override;

 private:
  rpc::Client& consent_;
  rpc::Client& referral_;
};

// The owner's answer means that the object is not there, or not for the caller.
bool IsRefusal(const absl::Status& status);

}  // namespace nwd::outcome
