// RPC CatalogueService: services found, shown, and their capacity set. Search itself is in search_index.h.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/audit/audit.h"
#include "common/geo/gazetteer.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/directory/v1/catalogue_service.pb.h"
#include "services/directory/catalogue.h"

namespace nwd::directory {

class CatalogueService {
 public:
  struct Parts {
    store::Store& store;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
    const tokens::Tokens& tokens;
    Catalogue& catalogue;
    const geo::Gazetteer& gazetteer;
  };
  explicit CatalogueService(Parts parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::GetServiceResponse>> GetService(rpc::Call& call, const v1::GetServiceRequest& request);
  async::Task<absl::StatusOr<v1::SearchServicesResponse>> SearchServices(rpc::Call& call,
                                                                         const v1::SearchServicesRequest& request);
  async::Task<absl::StatusOr<v1::SetCapacityResponse>> SetCapacity(rpc::Call& call,
                                                                   const v1::SetCapacityRequest& request);

 private:
  absl::StatusOr<SearchQuery> ToQuery(const v1::SearchServicesRequest& request, const SearchIndex& index) const;

  Parts parts_;
};

}  // namespace nwd::directory
