// ErasureService: the erasures that were granted, and carrying one out. What comes after is erasure_following.h's.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <vector>

#include "common/rpc/router.h"
#include "nwd/consent/v1/erasure_service.pb.h"
#include "services/consent/erasure_following.h"
#include "services/consent/family_keys.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class ErasureService {
 public:
  // `following` outlives it.
  ErasureService(const Parts& parts, ErasureFollowing& following) : parts_(parts), following_(following) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::ListErasuresResponse>> ListErasures(rpc::Call& call,
                                                                     const v1::ListErasuresRequest& request);
  async::Task<absl::StatusOr<v1::ErasePersonResponse>> ErasePerson(rpc::Call& call,
                                                                   const v1::ErasePersonRequest& request);

 private:
  // The act itself, within a body.
  absl::StatusOr<v1::ErasePersonResponse> EraseOnce(store::Txn& txn, const rpc::Call& call, const storage::Case& before,
                                                    const FamilyKeys& keys, std::vector<ids::Uuid>& told) const;

  const Parts& parts_;
  ErasureFollowing& following_;
};

}  // namespace nwd::consent
