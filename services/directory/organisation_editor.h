// How anything about an organisation is changed: found, held to its etag, edited, and made durable, told to peers,
// recorded and trusted, all in one place. Thread-safe.
//
//   auto edit = [&](Txn&, v1::Organisation& organisation) -> absl::StatusOr<Done> {
//     … return Done{"organisation.updated", ""};
//   };
//   co_return co_await editor_.Change<v1::UpdateOrganisationResponse>(call, request, request.etag(), edit);
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "common/audit/audit.h"
#include "common/base/macros.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "services/directory/acts.h"
#include "services/directory/organisation_repository.h"
#include "services/directory/organisation_rules.h"
#include "services/directory/trust.h"

namespace nwd::directory {

class OrganisationEditor {
 public:
  struct Parts {
    store::Store& store;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
    Trust& trust;
  };
  explicit OrganisationEditor(Parts parts) : parts_(parts) {}

  // What was done, for the audit log. An empty type: nothing, and nothing is written.
  struct Done {
    std::string_view type;
    std::string detail;
  };
  using Edit = absl::FunctionRef<absl::StatusOr<Done>(store::Txn&, v1::Organisation&)>;

  // `etag`: the one the caller builds on; empty for any. The request names the organisation, the response its new etag.
  template <class Response, class Request>
  async::Task<absl::StatusOr<Response>> Change(rpc::Call& call, const Request& request, std::string_view etag,
                                               Edit edit) {
    std::optional<OrganisationRow> changed;
    auto body = [&](store::Txn& txn) {
      changed.reset();
      auto effect = [&]() -> absl::StatusOr<Response> {
        NWD_ASSIGN_OR_RETURN(OrganisationRow row, EditRow(txn, call, request.organisation_id(), etag, edit, changed));
        Response response;
        response.set_etag(EtagOf(row));
        return response;
      };
      return parts_.requests.Once<Response>(txn, call, request, effect);
    };
    auto result = co_await parts_.store.Update(body, call.deadline());
    if (result.ok() && changed) parts_.trust.Publish(*changed);
    co_return result;
  }

 private:
  // The organisation as it stands afterwards; also in `changed` where it did change.
  absl::StatusOr<OrganisationRow> EditRow(store::Txn& txn, const rpc::Call& call, const std::string& organisation_id,
                                          std::string_view etag, Edit edit,
                                          std::optional<OrganisationRow>& changed) const;

  Parts parts_;
};

}  // namespace nwd::directory
