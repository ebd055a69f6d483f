// PersonService, resident channels: CreateChannelCode, EnrolChannel, EndEnrolment. A person enrols by a code that an
// organisation that holds them makes while they are there, and that they type in at the channel. From then on the
// channel acts for them (ties.h), until the enrolment ends. Why so: docs/adr/0009-channels.md.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <optional>

#include "common/rpc/router.h"
#include "nwd/consent/v1/person_service.pb.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class EnrolmentService {
 public:
  explicit EnrolmentService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CreateChannelCodeResponse>> CreateChannelCode(
      rpc::Call& call, const v1::CreateChannelCodeRequest& request);
  async::Task<absl::StatusOr<v1::EnrolChannelResponse>> EnrolChannel(rpc::Call& call,
                                                                     const v1::EnrolChannelRequest& request);
  async::Task<absl::StatusOr<v1::EndEnrolmentResponse>> EndEnrolment(rpc::Call& call,
                                                                     const v1::EndEnrolmentRequest& request);

 private:
  // A code that was typed in, and whose it is: nil where it is nobody's.
  struct Typed {
    std::string hash;
    ids::Uuid person_id;
    person_keys::PersonKey key;
  };
  async::Task<absl::StatusOr<Typed>> Read(const rpc::Call& call, const v1::EnrolChannelRequest& request) const;
  // Within a body: enrols, or Denied with `refused` set where the code is of no use here, or
  // RESOURCE_EXHAUSTED where there were too many such today.
  absl::StatusOr<v1::EnrolChannelResponse> Enrol(store::Txn& txn, const rpc::Call& call, const Typed& typed,
                                                 bool& refused) const;
  // RESOURCE_EXHAUSTED where the channel has used up its share of wrong codes of the day.
  absl::Status CheckBudget(const store::Reader& reader, const rpc::Call& call) const;
  // What is left of a code that was refused. Within a body.
  absl::Status Refuse(store::Txn& txn, const rpc::Call& call) const;
  // Within a body: the person, whose enrolment it is the caller's to end; Denied for any other. Proves the tie.
  absl::StatusOr<ids::Uuid> WhoseEnds(const store::Reader& reader, rpc::Call& call,
                                      const std::string& person_ref) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
