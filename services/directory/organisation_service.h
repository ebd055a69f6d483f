// RPC OrganisationService: the registry of organisations and the trust they are given. Roles are in
// organisation_roles.h, rules in organisation_rules.h, what every change has in common in organisation_editor.h, rows
// in organisation_repository.h.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <string>

#include "common/audit/audit.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "services/directory/organisation_editor.h"
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
    OrganisationEditor& editor;
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
  async::Task<absl::Status> WatchOrganisations(rpc::Call& call, const v1::WatchOrganisationsRequest& request,
                                               rpc::Writer<v1::WatchOrganisationsResponse>& writer);

 private:
  // What the request alone has wrong.
  absl::Status CheckNew(const v1::CreateOrganisationRequest& request) const;
  absl::Status CheckUpdate(const v1::UpdateOrganisationRequest& request) const;
  // Whether the update's mask names the field.
  static bool Sets(const v1::UpdateOrganisationRequest& request, std::string_view field);

  Parts parts_;
};

}  // namespace nwd::directory
