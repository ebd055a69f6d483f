#include "common/store_rocksdb/rocks_store.h"

#include "common/base/macros.h"
#include "common/store_rocksdb/committer.h"
#include "common/store_rocksdb/database.h"
#include "common/store_rocksdb/limits.h"
#include "common/store_rocksdb/reading.h"
#include "common/store_rocksdb/rocks_status.h"
#include "common/store_rocksdb/snapshots.h"
#include "rocksdb/utilities/checkpoint.h"

namespace nwd::store {
namespace rocks {
namespace {

// What a view sees.
class SnapshotReader final : public Reader {
 public:
  SnapshotReader(const Database& database, const rocksdb::Snapshot* snapshot)
      : database_(database), snapshot_(snapshot) {}
  absl::StatusOr<bool> Get(std::string_view key, std::string* value) const override {
    return GetData(database_, snapshot_, key, value);
  }
  absl::Status Scan(const Range& range, Direction direction,
                    absl::FunctionRef<Visit(std::string_view key, std::string_view value)> visit) const override {
    RocksCursor cursor(database_, database_.Data(), snapshot_, range, direction);
    for (; cursor.Valid(); cursor.Next()) {
      if (visit(cursor.Key(), cursor.Value()) == Visit::kStop) return absl::OkStatus();
    }
    return cursor.Health();
  }

 private:
  const Database& database_;
  const rocksdb::Snapshot* const snapshot_;
};

// Members are in the order they are built in; the committer goes first when the store closes.
class RocksEngine final : public Store {
 public:
  absl::Status Start(const RocksOptions& options) {
    NWD_ASSIGN_OR_RETURN(database_, Database::Open(options, failure_, feeds_));
    snapshots_.emplace(database_->Engine());
    committer_.emplace(*database_, feeds_, *snapshots_, failure_);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<FeedEntry>> ReadFeed(Feed feed, Position after, int limit) override {
    std::vector<FeedEntry> found;
    const Snapshots::Held snapshot = snapshots_->Newest();
    const Range range = FeedRange(feed, after + 1);
    RocksCursor entries(*database_, database_->FeedEntries(), snapshot.get(), range, Direction::kForward);
    for (; entries.Valid() && std::ssize(found) < std::min(limit, kFeedReadEntriesMax); entries.Next()) {
      found.push_back({FeedKeyPosition(entries.Key()), std::string(entries.Value())});
    }
    NWD_RETURN_IF_ERROR(entries.Health());
    // After reading: whatever the snapshot lacks for being trimmed, this knows of.
    const Position trimmed = feeds_[feed].Trimmed();
    if (after < trimmed) return FeedTrimmedError(after, trimmed);
    return found;
  }

  Position LastPosition(Feed feed) override { return feeds_[feed].Last(); }

  async::Task<bool> WaitForFeed(Feed feed, Position after, absl::Time deadline) override {
    return feeds_[feed].WaitPast(after, deadline);
  }

  async::Task<absl::Status> TrimFeed(Feed feed, Position through) override {
    const Position goal = std::min(through, feeds_[feed].Last());
    while (feeds_[feed].Trimmed() < goal) {
      const Position step = std::min(goal, feeds_[feed].Trimmed() + kTrimEntriesPerUpdateMax);
      auto trim = [feed, step](Txn& txn) {
        PendingBatch::Trim(txn, feed, step);
        return absl::OkStatus();
      };
      NWD_CO_RETURN_IF_ERROR(co_await Update(trim));
    }
    co_return absl::OkStatus();
  }

  absl::Status Health() const override { return failure_.Error(); }

  StoreFigures Figures() const override {
    StoreFigures figures = committer_->Figures();
    rocksdb::DB& engine = database_->Engine();
    engine.GetAggregatedIntProperty(rocksdb::DB::Properties::kSizeAllMemTables, &figures.memtable_bytes);
    engine.GetAggregatedIntProperty(rocksdb::DB::Properties::kLiveSstFilesSize, &figures.table_bytes);
    figures.block_cache_bytes = database_->CacheBytes();
    figures.change_entries = feeds_[Feed::kChanges].Kept();
    figures.audit_entries = feeds_[Feed::kAudit].Kept();
    figures.background_errors = database_->Listener().BackgroundErrors();
    figures.write_stalls = database_->Listener().Stalls();
    return figures;
  }

  absl::Status ForgetDeleted() {
    rocksdb::DB& engine = database_->Engine();
    // What is in memory goes to the tables, whole: then no log holds anything that was written before.
    const std::vector<rocksdb::ColumnFamilyHandle*> families = {database_->Data(), database_->FeedEntries(),
                                                                database_->Meta()};
    NWD_RETURN_IF_ERROR(ToStatus(engine.Flush(rocksdb::FlushOptions(), families), "emptying the log"));
    rocksdb::CompactRangeOptions whole;
    whole.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    return ToStatus(engine.CompactRange(whole, database_->Data(), nullptr, nullptr), "rewriting the tables");
  }

  absl::Status Checkpoint(const std::string& folder) override {
    rocksdb::Checkpoint* made = nullptr;
    NWD_RETURN_IF_ERROR(ToStatus(rocksdb::Checkpoint::Create(&database_->Engine(), &made), "preparing a copy"));
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    // 0: memory tables reach the disk first, so that the copy needs no log.
    return ToStatus(checkpoint->CreateCheckpoint(folder, /*log_size_for_flush=*/0), "making a copy");
  }

 protected:
  absl::Status RunView(absl::FunctionRef<absl::Status(const Reader&)> body) override {
    const Snapshots::Held snapshot = snapshots_->Newest();
    return body(SnapshotReader(*database_, snapshot.get()));
  }

  absl::Status Submit(PendingUpdate* update) override { return committer_->Submit(update); }

 private:
  Failure failure_;
  Feeds feeds_;
  std::unique_ptr<Database> database_;
  std::optional<Snapshots> snapshots_;
  std::optional<Committer> committer_;
};

}  // namespace
}  // namespace rocks

absl::StatusOr<std::unique_ptr<Store>> RocksStore::Open(const RocksOptions& options) {
  auto engine = std::make_unique<rocks::RocksEngine>();
  NWD_RETURN_IF_ERROR(engine->Start(options));
  return std::unique_ptr<Store>(std::move(engine));
}

absl::Status RocksStore::ForgetDeleted(Store& store) {
  return dynamic_cast<rocks::RocksEngine&>(store).ForgetDeleted();
}

}  // namespace nwd::store
