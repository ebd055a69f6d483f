// One open RocksDB database with its column families, closed in the right order. Thread-safe as RocksDB is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/store/feeds.h"
#include "common/store_rocksdb/failure.h"
#include "common/store_rocksdb/options.h"
#include "common/store_rocksdb/rocks_store.h"
#include "rocksdb/db.h"

namespace nwd::store::rocks {

class Database {
 public:
  // Opens or makes the database, checks its format and tells `feeds` how far each feed has come. `failure` outlives the
  // database.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const RocksOptions& options, Failure& failure, Feeds& feeds);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& Engine() const { return *engine_; }
  rocksdb::ColumnFamilyHandle* Data() const { return families_[0]; }
  rocksdb::ColumnFamilyHandle* FeedEntries() const { return families_[1]; }
  rocksdb::ColumnFamilyHandle* Meta() const { return families_[2]; }
  const rocks::Listener& Listener() const { return *listener_; }
  size_t CacheBytes() const { return cache_->GetUsage(); }

 private:
  Database() = default;
  absl::Status CheckFormat(const std::string& folder);
  absl::Status FindPositions(Feeds& feeds);

  std::shared_ptr<rocks::Listener> listener_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::unique_ptr<rocksdb::DB> engine_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // owned; in the order they are opened in
};

// Keys of the families that are the engine's own.
std::string FeedKey(Feed feed, Position position);
Position FeedKeyPosition(std::string_view key);
// Every entry of `feed` from `first` on.
Range FeedRange(Feed feed, Position first);
std::string TrimmedKey(Feed feed);
inline constexpr std::string_view kFormatKey = "format";

// Whole numbers as values.
std::string EncodeNumber(uint64_t value);
absl::StatusOr<uint64_t> DecodeNumber(std::string_view bytes);

}  // namespace nwd::store::rocks
