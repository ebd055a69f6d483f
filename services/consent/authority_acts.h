// AuthorityService's acts on an authority that was asserted: approving, ending, objecting, overturning. Which is
// possible when is the table's to say (authority_states.h), who may, the row's of each act. A no is taken at any
// revision and however late; the yes builds on what the approver has seen.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <string>
#include <vector>

#include "common/rpc/router.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "services/consent/named_authority.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class AuthorityActs {
 public:
  explicit AuthorityActs(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ApproveAuthorityResponse>> ApproveAuthority(
      rpc::Call& call, const v1::ApproveAuthorityRequest& request);
  async::Task<absl::StatusOr<v1::EndAuthorityResponse>> EndAuthority(rpc::Call& call,
                                                                     const v1::EndAuthorityRequest& request);
  async::Task<absl::StatusOr<v1::ObjectToAuthorityResponse>> ObjectToAuthority(
      rpc::Call& call, const v1::ObjectToAuthorityRequest& request);
  async::Task<absl::StatusOr<v1::OverturnAuthorityResponse>> OverturnAuthority(
      rpc::Call& call, const v1::OverturnAuthorityRequest& request);

 private:
  // An act, and what goes with it.
  struct Act;
  // One that is being done.
  struct Done {
    const Act& act;
    int reason = 0;    // the number of the call's own enum; 0 where it has none
    std::string etag;  // that it builds on; empty where it builds on none
  };
  static const Act kApproval, kEnd, kObjection, kOverturn;

  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> Do(rpc::Call& call, const Request& request, Done done);
  // Within a body; who was sent a notice is added to `told`.
  absl::Status Apply(store::Txn& txn, const rpc::Call& call, const NamedAuthority& named, storage::Authority& authority,
                     const Done& done, std::vector<ids::Uuid>& told) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
