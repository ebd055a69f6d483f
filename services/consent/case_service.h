// RightsService's cases: opening, advancing and closing them, lifting a restriction, and the lists of them (case_list.cc).
//
// A restriction is in force, and who read what rests has a notice, in the transaction that opens its case. Handlers, on any
// of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <optional>
#include <vector>

#include "common/calendar/working_calendar.h"
#include "common/rpc/router.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "services/consent/case_rows.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class CaseService {
 public:
  // `calendar` outlives it.
  CaseService(const Parts& parts, const calendar::WorkingCalendar& calendar) : parts_(parts), calendar_(calendar) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::OpenCaseResponse>> OpenCase(rpc::Call& call, const v1::OpenCaseRequest& request);
  async::Task<absl::StatusOr<v1::AdvanceCaseResponse>> AdvanceCase(rpc::Call& call,
                                                                   const v1::AdvanceCaseRequest& request);
  async::Task<absl::StatusOr<v1::CloseCaseResponse>> CloseCase(rpc::Call& call, const v1::CloseCaseRequest& request);
  async::Task<absl::StatusOr<v1::LiftRestrictionResponse>> LiftRestriction(rpc::Call& call,
                                                                           const v1::LiftRestrictionRequest& request);
  async::Task<absl::StatusOr<v1::ListCasesResponse>> ListCases(rpc::Call& call, const v1::ListCasesRequest& request);
  async::Task<absl::StatusOr<v1::ListOverdueCasesResponse>> ListOverdueCases(
      rpc::Call& call, const v1::ListOverdueCasesRequest& request);

 private:
  // Whom a new case is about.
  struct About {
    ids::Uuid person_id;
    person_keys::PersonKey key;  // never null
  };

  // The acts themselves, within a body; the caller has the tie.
  absl::StatusOr<v1::OpenCaseResponse> Open(store::Txn& txn, const rpc::Call& call, const v1::OpenCaseRequest& request,
                                            const About& about, std::vector<ids::Uuid>& told) const;
  absl::Status Close(store::Txn& txn, const rpc::Call& call, const v1::CloseCaseRequest& request,
                     const person_keys::PersonKey& key, storage::Case& row) const;

  // Does `act` (store::Txn&, storage::Case&, const person_keys::PersonKey& → StatusOr<Response>) to the case that the
  // request names, once, and keeps the case, under `audit_type`. Denied where it is not the caller's: who answers it; or,
  // where the person may do it themselves, a channel that they are enrolled with.
  enum class By { kHandler, kHandlerOrPerson };
  template <class Response, class Request, class Act>
  async::Task<absl::StatusOr<Response>> Do(rpc::Call& call, const Request& request, By by, std::string_view audit_type,
                                           Act act);

  const Parts& parts_;
  const calendar::WorkingCalendar& calendar_;
};

}  // namespace nwd::consent
