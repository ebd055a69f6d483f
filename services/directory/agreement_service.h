// RPC AgreementService: the register of data-sharing agreements. What they may say is in agreement_rules.h, rows in
// agreement_repository.h.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/access/registry.h"
#include "common/audit/audit.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/directory/v1/agreement_service.pb.h"
#include "services/directory/agreement_repository.h"

namespace nwd::directory {

class AgreementService {
 public:
  struct Parts {
    store::Store& store;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
    const tokens::Tokens& tokens;
    const access::Registry& registry;
  };
  explicit AgreementService(Parts parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CreateAgreementResponse>> CreateAgreement(rpc::Call& call,
                                                                           const v1::CreateAgreementRequest& request);
  async::Task<absl::StatusOr<v1::GetAgreementResponse>> GetAgreement(rpc::Call& call,
                                                                     const v1::GetAgreementRequest& request);
  async::Task<absl::StatusOr<v1::ListAgreementsResponse>> ListAgreements(rpc::Call& call,
                                                                         const v1::ListAgreementsRequest& request);
  async::Task<absl::StatusOr<v1::EndAgreementResponse>> EndAgreement(rpc::Call& call,
                                                                     const v1::EndAgreementRequest& request);

 private:
  // All that is wrong with the request. Within a body.
  absl::Status Check(const store::Reader& reader, const v1::CreateAgreementRequest& request, absl::Time now) const;
  // Within a body, for a caller who may.
  absl::StatusOr<v1::EndAgreementResponse> End(store::Txn& txn, const rpc::Call& call, AgreementRow row,
                                               const v1::EndAgreementRequest& request) const;

  Parts parts_;
};

}  // namespace nwd::directory
