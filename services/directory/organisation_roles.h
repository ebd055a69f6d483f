// The part of RPC OrganisationService that gives roles: proposed by one admin organisation, confirmed by another. Which
// roles go together and whose word is enough is in role_rules.h.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/rpc/router.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "services/directory/organisation_editor.h"

namespace nwd::directory {

class OrganisationRoles {
 public:
  explicit OrganisationRoles(OrganisationEditor& editor) : editor_(editor) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ProposeRolesResponse>> ProposeRoles(rpc::Call& call,
                                                                     const v1::ProposeRolesRequest& request);
  async::Task<absl::StatusOr<v1::ConfirmRolesResponse>> ConfirmRoles(rpc::Call& call,
                                                                     const v1::ConfirmRolesRequest& request);

 private:
  OrganisationEditor& editor_;
};

}  // namespace nwd::directory
