// What is held elsewhere, asked over the network: of the referral, the outcome and the directory service, page by page.
// Thread-safe; the clients outlive it. Errors are those of the call.
#pragma once

#include "common/rpc/client.h"
#include "services/consent/held_elsewhere.h"

namespace nwd::consent {

class HeldElsewhereRpc final : public HeldElsewhere {
 public:
  HeldElsewhereRpc(rpc::Client& referral, rpc::Client& outcome, rpc::Client& directory)
      : referral_(referral), outcome_(outcome), directory_(directory) {}

  async::Task<absl::StatusOr<std::vector<referral::v1::PersonReferralItem>>> Referrals(const rpc::Call& call,
                                                                                       const Asked& asked) override;
  async::Task<absl::StatusOr<std::vector<outcome::v1::PersonStep>>> Steps(const rpc::Call& call,
                                                                          const Asked& asked) override;
  async::Task<absl::StatusOr<std::string>> OrganisationName(const rpc::Call& call, const std::string& id) override;
  async::Task<absl::StatusOr<std::string>> ServiceName(const rpc::Call& call, const std::string& id) override;
  async::Task<absl::StatusOr<KeysLeft>> ConfirmErasure(const std::vector<std::string>& person_ids) override;

 private:
  rpc::Client& referral_;
  rpc::Client& outcome_;
  rpc::Client& directory_;
};

}  // namespace nwd::consent
