// AuthorityService's authorities themselves: asserting them and looking at them. What is done to one that was asserted
// is authority_acts.h's.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/rpc/router.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "services/consent/family_keys.h"
#include "services/consent/held_person.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class AuthorityService {
 public:
  explicit AuthorityService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::AssertAuthorityResponse>> AssertAuthority(rpc::Call& call,
                                                                           const v1::AssertAuthorityRequest& request);
  async::Task<absl::StatusOr<v1::ListAuthoritiesResponse>> ListAuthorities(rpc::Call& call,
                                                                           const v1::ListAuthoritiesRequest& request);
  async::Task<absl::StatusOr<v1::ListAwaitingAuthoritiesResponse>> ListAwaitingAuthorities(
      rpc::Call& call, const v1::ListAwaitingAuthoritiesRequest& request);

 private:
  // An authority as it will be kept.
  struct Drawn {
    HeldWithKey person;
    storage::Authority authority;
    storage::SealedTerms terms;
  };
  static Drawn DrawUp(const rpc::Call& call, const v1::AssertAuthorityRequest& request, const HeldWithKey& person);
  // Within a body: the limit, and the authority with all that goes with it.
  absl::StatusOr<v1::AssertAuthorityResponse> Add(store::Txn& txn, const rpc::Call& call, const Drawn& drawn) const;
  // Within a body: a page.
  absl::StatusOr<v1::ListAuthoritiesResponse> List(const store::Reader& reader, rpc::Call& call,
                                                   const v1::ListAuthoritiesRequest& request,
                                                   const FamilyKeys& family_keys, const std::string& from) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
