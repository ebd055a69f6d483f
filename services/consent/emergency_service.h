// EmergencyService: opening, closing and reviewing emergency access, and the list of them (emergency_list.cc). Reading
// under it is RecordService's.
//
// Opening keeps what permits, and asks for the person to be told, in one transaction. Closing is durable before it is
// answered, and nothing is permitted after it. Handlers, on any of the server's queues, many at once; errors are those
// that the proto says.
#pragma once

#include <vector>

#include "common/rpc/router.h"
#include "nwd/consent/v1/emergency_service.pb.h"
#include "services/consent/emergency_rows.h"
#include "services/consent/held_person.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class EmergencyService {
 public:
  explicit EmergencyService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::OpenEmergencyAccessResponse>> OpenEmergencyAccess(
      rpc::Call& call, const v1::OpenEmergencyAccessRequest& request);
  async::Task<absl::StatusOr<v1::CloseEmergencyAccessResponse>> CloseEmergencyAccess(
      rpc::Call& call, const v1::CloseEmergencyAccessRequest& request);
  async::Task<absl::StatusOr<v1::ReviewEmergencyAccessResponse>> ReviewEmergencyAccess(
      rpc::Call& call, const v1::ReviewEmergencyAccessRequest& request);
  async::Task<absl::StatusOr<v1::ListEmergencyAccessesResponse>> ListEmergencyAccesses(
      rpc::Call& call, const v1::ListEmergencyAccessesRequest& request);

 private:
  // One that a call names; looked at before the transaction, so that its person's key is at hand within it.
  struct Named {
    ids::Uuid access_id;
    ids::Uuid person_id;         // nil where there is no such access
    person_keys::PersonKey key;  // null where there is no such person, or no longer
  };
  async::Task<absl::StatusOr<Named>> LookUp(const std::string& access_id) const;

  // The acts themselves, within a body; the caller has the tie. `told`: who was asked to tell the person.
  absl::StatusOr<v1::OpenEmergencyAccessResponse> Open(store::Txn& txn, const rpc::Call& call,
                                                       const v1::OpenEmergencyAccessRequest& request,
                                                       const HeldWithKey& person, std::vector<ids::Uuid>& told) const;
  absl::Status Close(store::Txn& txn, const rpc::Call& call, const v1::CloseEmergencyAccessRequest& request,
                     const Named& named, storage::EmergencyAccess& access) const;
  absl::Status Review(store::Txn& txn, const rpc::Call& call, const v1::ReviewEmergencyAccessRequest& request,
                      const Named& named, storage::EmergencyAccess& access, std::vector<ids::Uuid>& told) const;

  // What a list shows says much about people: that it was shown, and of which accesses, is durable before the answer.
  async::Task<absl::Status> LogListed(const rpc::Call& call, const storage::Deed& shown) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
