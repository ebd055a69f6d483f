// RPC FeedService: importing directory feeds. Reading pages is in feed_reader.h, committing in importer.h, linking
// providers in provider_linker.h, rows in import_repository.h.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include "common/async/worker_pool.h"
#include "common/audit/audit.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/router.h"
#include "common/store/store.h"
#include "common/tokens/tokens.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "services/directory/catalogue.h"
#include "services/directory/feed_reader.h"
#include "services/directory/import_sweeper.h"
#include "services/directory/importer.h"
#include "services/directory/provider_linker.h"

namespace nwd::directory {

class FeedService {
 public:
  struct Parts {
    store::Store& store;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
    const tokens::Tokens& tokens;
    async::WorkerPool& pool;
    const FeedReader& reader;
    Catalogue& catalogue;
    Importer& importer;
    ProviderLinker& linker;
    ImportSweeper& sweeper;
  };
  explicit FeedService(Parts parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::BeginImportResponse>> BeginImport(rpc::Call& call,
                                                                   const v1::BeginImportRequest& request);
  async::Task<absl::StatusOr<v1::PutImportPageResponse>> PutImportPage(rpc::Call& call,
                                                                       const v1::PutImportPageRequest& request);
  async::Task<absl::StatusOr<v1::CommitImportResponse>> CommitImport(rpc::Call& call,
                                                                     const v1::CommitImportRequest& request);
  async::Task<absl::StatusOr<v1::AbortImportResponse>> AbortImport(rpc::Call& call,
                                                                   const v1::AbortImportRequest& request);
  async::Task<absl::StatusOr<v1::ListFeedsResponse>> ListFeeds(rpc::Call& call, const v1::ListFeedsRequest& request);
  async::Task<absl::StatusOr<v1::ListProvidersResponse>> ListProviders(rpc::Call& call,
                                                                       const v1::ListProvidersRequest& request);
  async::Task<absl::StatusOr<v1::LinkProviderResponse>> LinkProvider(rpc::Call& call,
                                                                     const v1::LinkProviderRequest& request);

 private:
  Parts parts_;
};

}  // namespace nwd::directory
