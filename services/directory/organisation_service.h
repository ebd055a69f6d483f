// RPC OrganisationService: the registry of organisations and the trust they are given. Rules live in
// organisation_rules.h and role_rules.h, rows in organisation_repository.h.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "common/audit/audit.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "services/directory/storage.pb.h"
#include "services/directory/trust.h"

namespace nwd::directory {

class OrganisationService {
 public:
  struct Parts {
    store::Store& store;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
    const tokens::Tokens& tokens;
    Trust& trust;
    std::string trust_domain;
  };
  explicit OrganisationService(Parts parts) : parts_(std::move(parts)) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CreateOrganisationResponse>> CreateOrganisation(
      rpc::Call& call, const v1::CreateOrganisationRequest& request);
  async::Task<absl::StatusOr<v1::GetOrganisationResponse>> GetOrganisation(rpc::Call& call,
                                                                           const v1::GetOrganisationRequest& request);
  async::Task<absl::StatusOr<v1::ListOrganisationsResponse>> ListOrganisations(
      rpc::Call& call, const v1::ListOrganisationsRequest& request);
  async::Task<absl::StatusOr<v1::UpdateOrganisationResponse>> UpdateOrganisation(
      rpc::Call& call, const v1::UpdateOrganisationRequest& request);
  async::Task<absl::StatusOr<v1::SetOrganisationStateResponse>> SetOrganisationState(
      rpc::Call& call, const v1::SetOrganisationStateRequest& request);
  async::Task<absl::StatusOr<v1::RevokeCertificateResponse>> RevokeCertificate(
      rpc::Call& call, const v1::RevokeCertificateRequest& request);
  async::Task<absl::StatusOr<v1::ProposeRolesResponse>> ProposeRoles(rpc::Call& call,
                                                                     const v1::ProposeRolesRequest& request);
  async::Task<absl::StatusOr<v1::ConfirmRolesResponse>> ConfirmRoles(rpc::Call& call,
                                                                     const v1::ConfirmRolesRequest& request);
  async::Task<absl::Status> WatchOrganisations(rpc::Call& call, const v1::WatchOrganisationsRequest& request,
                                               rpc::Writer<v1::WatchOrganisationsResponse>& writer);

 private:
  // What was done to an organisation, for the audit log. An empty type: nothing, and nothing is written.
  struct Done {
    std::string_view type;
    std::string detail;
  };
  using Edit = absl::FunctionRef<absl::StatusOr<Done>(store::Txn&, v1::Organisation&)>;

  // Finds the organisation, holds it to `etag` (empty: any), edits it, and makes the change durable, told and trusted.
  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> Change(rpc::Call& call, const Request& request, std::string_view etag,
                                               Edit edit);
  void Record(store::Txn& txn, const rpc::Call& call, std::string_view type, std::string_view object_id,
              std::string detail) const;

  Parts parts_;
};

}  // namespace nwd::directory
