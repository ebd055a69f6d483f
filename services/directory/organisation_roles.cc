#include "services/directory/organisation_roles.h"

#include <algorithm>
#include <vector>

#include "common/base/macros.h"
#include "common/status/status.h"
#include "services/directory/reasons.h"
#include "services/directory/role_rules.h"

namespace nwd::directory {
namespace {

using store::Reader;
using store::Txn;
using Done = OrganisationEditor::Done;

void SetRoles(v1::Organisation& organisation, const std::vector<Role>& roles) {
  organisation.clear_roles();
  for (const Role role : roles) organisation.add_roles(role);
  organisation.clear_proposed_roles();
  organisation.clear_proposed_by_organisation_id();
}

// Puts roles into effect, unless that would leave no active admin.
absl::Status GiveRoles(const Reader& reader, v1::Organisation& organisation, const std::vector<Role>& roles) {
  NWD_ASSIGN_OR_RETURN(const bool last_admin, IsLastAdmin(reader, organisation));
  if (last_admin && std::find(roles.begin(), roles.end(), common::v1::ROLE_HUB_ADMIN) == roles.end()) {
    return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kLastAdmin,
                         "this is the last active admin organisation; make another one first");
  }
  SetRoles(organisation, roles);
  return absl::OkStatus();
}

}  // namespace

void OrganisationRoles::Register(rpc::Router& router) {
  router.Unary(this, &OrganisationRoles::ProposeRoles);
  router.Unary(this, &OrganisationRoles::ConfirmRoles);
}

async::Task<absl::StatusOr<v1::ProposeRolesResponse>> OrganisationRoles::ProposeRoles(
    rpc::Call& call, const v1::ProposeRolesRequest& request) {
  const std::vector<Role> proposed = RolesOf(request.roles());
  auto edit = [&](Txn& txn, v1::Organisation& organisation) -> absl::StatusOr<Done> {
    status::Violations violations;
    CheckRoles(proposed, !organisation.sponsor_organisation_id().empty(), "roles", violations);
    NWD_RETURN_IF_ERROR(violations.ToStatus());
    if (TakesEffectAtOnce(RolesOf(organisation.roles()), proposed)) {
      NWD_RETURN_IF_ERROR(GiveRoles(txn, organisation, proposed));
      return Done{"organisation.roles_given", RoleNames(proposed)};
    }
    organisation.clear_proposed_roles();
    for (const Role role : proposed) organisation.add_proposed_roles(role);
    organisation.set_proposed_by_organisation_id(call.organisation_id());
    return Done{"organisation.roles_proposed", RoleNames(proposed)};
  };
  co_return co_await editor_.Change<v1::ProposeRolesResponse>(call, request, request.etag(), edit);
}

async::Task<absl::StatusOr<v1::ConfirmRolesResponse>> OrganisationRoles::ConfirmRoles(
    rpc::Call& call, const v1::ConfirmRolesRequest& request) {
  auto edit = [&](Txn& txn, v1::Organisation& organisation) -> absl::StatusOr<Done> {
    if (organisation.proposed_roles().empty()) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kNothingProposed,
                           "no roles are proposed for this organisation; propose them first");
    }
    if (organisation.proposed_by_organisation_id() == call.organisation_id()) {
      return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kOwnProposal,
                           "whoever proposed roles cannot confirm them; ask another admin organisation");
    }
    const std::vector<Role> proposed = RolesOf(organisation.proposed_roles());
    NWD_RETURN_IF_ERROR(GiveRoles(txn, organisation, proposed));
    return Done{"organisation.roles_given", RoleNames(proposed)};
  };
  co_return co_await editor_.Change<v1::ConfirmRolesResponse>(call, request, request.etag(), edit);
}

}  // namespace nwd::directory
