// An engine for tests: ordered maps in memory, gone with the object.
//
//   store::MemoryStore store;
//   Consents consents(store, clock);
//   EXPECT_TRUE(async::BlockOn(consents.Withdraw(id)).ok());
//
// An Update runs at once on the caller's thread, alone, and resumes on the caller's executor. It runs every body twice,
// the first time for nothing, because an engine may run a body more than once: a body that counts, consumes what it
// captured or adds to what it gives back fails here rather than in production.
//
// Thread-safe.
#pragma once

#include <deque>
#include <map>

#include "absl/synchronization/mutex.h"
#include "common/store/feeds.h"
#include "common/store/pending_batch.h"
#include "common/store/store.h"

namespace nwd::store {

class MemoryStore final : public Store {
 public:
  MemoryStore();
  ~MemoryStore() override;

  absl::StatusOr<std::vector<FeedEntry>> ReadFeed(Feed feed, Position after, int limit) override;
  Position LastPosition(Feed feed) override { return feeds_[feed].Last(); }
  async::Task<bool> WaitForFeed(Feed feed, Position after, absl::Time deadline) override;
  async::Task<absl::Status> TrimFeed(Feed feed, Position through) override;
  absl::Status Health() const override;
  StoreFigures Figures() const override;
  absl::Status Checkpoint(const std::string& folder) override;

  // For tests: from now on the store is as one whose disk has failed. It can be read; updates are UNAVAILABLE.
  void Break();

 protected:
  absl::Status RunView(absl::FunctionRef<absl::Status(const Reader&)> body) override;
  absl::Status Submit(PendingUpdate* update) override;

 private:
  class Data;

  absl::Status Commit(const PendingUpdate& update) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::unique_ptr<Data> data_ ABSL_GUARDED_BY(mutex_);
  PendingBatch batch_ ABSL_GUARDED_BY(mutex_);
  std::map<Feed, std::deque<std::string>> entries_ ABSL_GUARDED_BY(mutex_);
  StoreFigures figures_ ABSL_GUARDED_BY(mutex_);
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  Feeds feeds_;
};

}  // namespace nwd::store
