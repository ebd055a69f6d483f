// The one thread that writes. It takes every update that waits, drops those past their deadline, runs the bodies in
// order on top of each other, writes what they left as one batch with one sync, and then hands each caller back to its
// executor. While it waits for the disk the next batch gathers, so throughput grows with load and nobody waits for a
// timer.
//
// Everyone in a batch is answered after the write, even those whose body failed or wrote nothing: what they saw may
// have been the effect of another body in the same batch.
//
// Thread-safe. The destructor commits what was taken.
#pragma once

#include <span>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/store/feeds.h"
#include "common/store/figures.h"
#include "common/store/pending_batch.h"
#include "common/store_rocksdb/database.h"
#include "common/store_rocksdb/failure.h"
#include "common/store_rocksdb/snapshots.h"
#include "rocksdb/write_batch.h"

namespace nwd::store::rocks {

class Committer {
 public:
  // All outlive the committer.
  Committer(Database& database, Feeds& feeds, Snapshots& snapshots, Failure& failure);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // See Store::Submit.
  absl::Status Submit(Store::PendingUpdate* update);
  // Fills in what the committer knows: updates, batches, sync, queue, log bytes.
  StoreFigures Figures() const;

 private:
  // Shows the newest state to the bodies.
  class Newest;

  void Serve();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_ || !waiting_.empty(); }
  // Commits as many of `updates`, from the first on, as one batch takes, and answers them. Returns how many.
  size_t CommitSome(std::span<Store::PendingUpdate* const> updates);
  void RunBody(Store::PendingUpdate& update);
  absl::Status Write();
  void FillWriteBatch();
  void Publish();

  Database& database_;
  Feeds& feeds_;
  Snapshots& snapshots_;
  Failure& failure_;
  const rocksdb::WriteOptions write_options_;

  mutable absl::Mutex mutex_;
  std::vector<Store::PendingUpdate*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  StoreFigures figures_ ABSL_GUARDED_BY(mutex_);

  // The committer's thread alone.
  const std::unique_ptr<Newest> newest_;
  PendingBatch batch_;
  rocksdb::WriteBatch write_;
  struct FeedEnds {
    Position last = 0;
    Position trimmed = 0;
  };
  std::array<FeedEnds, kAllFeeds.size()> ends_;  // as they will be once the batch is durable
  StoreFigures batch_figures_;                   // what the batch in hand adds to figures_

  std::thread thread_;
};

}  // namespace nwd::store::rocks
