// PersonService, a person as a whole: SetMainContact, GetPerson. What any of the ids says that were joined into one person
// holds for all of them, and goes with that id where they are split.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/rpc/router.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class MainContactService {
 public:
  explicit MainContactService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::SetMainContactResponse>> SetMainContact(rpc::Call& call,
                                                                         const v1::SetMainContactRequest& request);
  async::Task<absl::StatusOr<v1::GetPersonResponse>> GetPerson(rpc::Call& call, const v1::GetPersonRequest& request);

 private:
  const Parts& parts_;
};

}  // namespace nwd::consent
