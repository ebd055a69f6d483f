// Puts an import into effect: for readers all at once, on disk in transactions of bounded size.
//
//   1  the feed notes a pending generation; new rows are written under it, a bounded transaction at a time; nobody reads them
//   2  one transaction makes that generation the feed's, closes the import and keeps the answer: from here on it has happened
//   3  readers get the new index; peers are told of each service that changed; replaced rows and staged pages go
//
// Ended before 2 (an error, a caller who left, a crash): nothing has happened, the rows are swept before the next
// commit, the import can be committed again. Ended after 2: Recover() at the next start tells peers what they were not
// told (they may hear things twice) and sweeps. One commit at a time, whatever the feed; linking a provider takes the
// same turn, so that peers hear of every service.
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
#include "services/directory/catalogue.h"
#include "services/directory/import_plan.h"
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
  };
  explicit Importer(Parts parts) : parts_(parts) {}

  async::Task<absl::StatusOr<v1::CommitImportResponse>> Commit(rpc::Call& call, const v1::CommitImportRequest& request);
  async::Task<absl::StatusOr<v1::LinkProviderResponse>> Link(rpc::Call& call, const v1::LinkProviderRequest& request);

  // Fills the catalogue from the store. Blocks; at start only.
  absl::Status Load();
  // Finishes what a crash left undone.
  async::Task<absl::Status> Recover(absl::Time now);
  // Deletes pages of imports that are no longer open.
  async::Task<absl::Status> SweepPages();

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
  // Tells peers of the rows of a commit, and lets go of those they replace.
  async::Task<absl::Status> Announce(const storage::FeedRow& feed, const std::vector<PlannedRow>& rows, absl::Time now);
  // Tells peers of all services of a feed whose rows are of a generation they have not been told of.
  async::Task<absl::Status> AnnounceAll(ids::Uuid feed_id, absl::Time now);
  async::Task<absl::Status> NoteAnnounced(ids::Uuid feed_id);
  async::Task<absl::Status> AnnounceLink(ids::Uuid feed_id, const std::string& external_id, size_t from,
                                         absl::Time now);
  async::Task<absl::Status> TellPeers(const std::vector<ids::Uuid>& services, size_t from, absl::Time now);
  async::Task<absl::Status> Delete(const std::vector<std::string>& keys);
  async::Task<absl::Status> SweepRows();

  Parts parts_;
  Turn turn_;
};

}  // namespace nwd::directory
