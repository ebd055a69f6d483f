// Puts an import into effect: for readers all at once, on disk in transactions of bounded size.
//
//   1  the feed notes a pending generation; new rows, which nobody reads, are written under it, a bounded transaction
//      at a time
//   2  one transaction makes that generation the feed's, closes the import and keeps the answer: from here on it has
//      happened
//   3  readers get the new index; peers are told of each service that changed; replaced rows and staged pages go
//
// Ended before 2 (an error, a caller who left, a crash): nothing has happened, the rows are swept before the next
// commit, the import can be committed again. Ended after 2: Recover() at the next start tells peers what they were not
// told (they may hear things twice) and sweeps. One commit at a time, whatever the feed: a call that does not get its
// turn before its deadline has done nothing.
//
// Thread-safe. Runs long work on the pool.
#pragma once

#include <string>
#include <vector>

#include "common/async/worker_pool.h"
#include "common/audit/audit.h"
#include "common/idempotency/idempotency.h"
#include "common/rpc/call.h"
#include "common/store/store.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "services/directory/announcer.h"
#include "services/directory/catalogue.h"
#include "services/directory/import_plan.h"
#include "services/directory/import_sweeper.h"
#include "services/directory/turn.h"

namespace nwd::directory {

class Importer {
 public:
  struct Parts {
    store::Store& store;
    Catalogue& catalogue;
    async::WorkerPool& pool;
    const idempotency::Requests& requests;
    const audit::Audit& audit;
    Announcer& announcer;
    ImportSweeper& sweeper;
    Turn& turn;
  };
  explicit Importer(Parts parts) : parts_(parts) {}

  async::Task<absl::StatusOr<v1::CommitImportResponse>> Commit(rpc::Call& call, const v1::CommitImportRequest& request);

  // Fills the catalogue from the store. Blocks; at start only.
  absl::Status Load();
  // Finishes what a crash left undone.
  async::Task<absl::Status> Recover(absl::Time now);

 private:
  struct Prepared {
    ImportPlan plan;
    std::vector<std::string> bytes;  // of plan.rows
    IndexPtr index;
  };

  async::Task<absl::StatusOr<storage::FeedRow>> Start(rpc::Call& call, const v1::CommitImportRequest& request);
  async::Task<absl::StatusOr<Prepared>> Prepare(const storage::FeedRow& feed, const v1::CommitImportRequest& request,
                                                absl::Time now);
  async::Task<absl::Status> WriteRows(rpc::Call& call, const Prepared& prepared, uint64_t generation);
  async::Task<absl::StatusOr<v1::CommitImportResponse>> MakeVisible(rpc::Call& call,
                                                                    const v1::CommitImportRequest& request,
                                                                    const storage::FeedRow& feed,
                                                                    const v1::CommitImportResponse& counts);

  Parts parts_;
};

}  // namespace nwd::directory
