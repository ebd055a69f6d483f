// PersonService: who a person is to an organisation. Matching must not be a people-search: a certain match answers like
// a new registration, byte for byte and at the same cost, and nobody finds a person they do not hold.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <optional>

#include "common/rpc/router.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "services/consent/likely_person.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class PersonService {
 public:
  explicit PersonService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::RegisterPersonResponse>> RegisterPerson(rpc::Call& call,
                                                                         const v1::RegisterPersonRequest& request);
  async::Task<absl::StatusOr<v1::FindPersonResponse>> FindPerson(rpc::Call& call, const v1::FindPersonRequest& request);
  async::Task<absl::StatusOr<v1::ResolveRefResponse>> ResolveRef(rpc::Call& call, const v1::ResolveRefRequest& request);

 private:
  struct Candidate {
    ids::Uuid person_id;
    person_keys::PersonKey key;
  };
  // Registers under `fresh_id`, or joins whom it certainly is.
  async::Task<absl::StatusOr<v1::RegisterPersonResponse>> RegisterAs(
      rpc::Call& call, const v1::RegisterPersonRequest& request, const CheckedDetails& details,
      const HashedDetails& hashed, const std::optional<LikelyPerson>& likely, const ids::Uuid& fresh_id);
  // Whether the organisation's registration may be compared with others: it has some of its day's share left, and does not
  // hold several people of one of the numbers given.
  async::Task<absl::StatusOr<bool>> MayCompare(const rpc::Call& call, const HashedDetails& hashed);
  // A retry is answered as the first try was, but of somebody who is nobody any more.
  absl::Status CheckStillHeld(const store::Reader& reader, const ids::Uuid& organisation,
                              const std::string& person_ref) const;
  // One try; nothing where somebody else registered the person in the meantime.
  async::Task<absl::StatusOr<std::optional<v1::RegisterPersonResponse>>> TryRegister(
      rpc::Call& call, const v1::RegisterPersonRequest& request, const CheckedDetails& details,
      const HashedDetails& hashed, const std::optional<LikelyPerson>& likely, const Candidate& fresh);

  const Parts& parts_;
};

}  // namespace nwd::consent
