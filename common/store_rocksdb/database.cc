#include "common/store_rocksdb/database.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/store/keys.h"
#include "common/store_rocksdb/limits.h"
#include "common/store_rocksdb/reading.h"
#include "common/store_rocksdb/rocks_status.h"

namespace nwd::store::rocks {
namespace {

constexpr mode_t kOwnerOnly = 0700;

absl::Status PrepareFolder(const std::string& folder) {
  if (folder.empty()) return absl::InvalidArgumentError("no data folder is named: name one");
  if (mkdir(folder.c_str(), kOwnerOnly) != 0 && errno != EEXIST) {
    return absl::FailedPreconditionError(Cat("the data folder ", folder, " cannot be made (", std::strerror(errno),
                                             "): make it, writable for this user, or name another"));
  }
  struct stat about {};
  if (stat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    return absl::FailedPreconditionError(Cat("the data folder ", folder, " is not a folder: name another"));
  }
  if (access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    return absl::FailedPreconditionError(Cat("the data folder ", folder, " is not writable (", std::strerror(errno),
                                             "): make it so for this user, or name another"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const RocksOptions& options, Failure& failure, Feeds& feeds) {
  NWD_RETURN_IF_ERROR(PrepareFolder(options.folder));
  std::unique_ptr<Database> database(new Database());
  database->listener_ = std::make_shared<rocks::Listener>(failure);
  database->cache_ = rocksdb::NewLRUCache(options.block_cache_bytes != 0 ? options.block_cache_bytes : kBlockCacheBytes,
                                          kBlockCacheShardBits);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, DataOptions(database->cache_)},
      {"feeds", FeedsOptions(database->cache_)},
      {"meta", MetaOptions(database->cache_)},
  };
  rocksdb::DB* engine = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(DatabaseOptions(options.folder, database->listener_), options.folder,
                                                   families, &database->families_, &engine);
  database->engine_.reset(engine);
  if (!opened.ok()) return OpenError(opened, options.folder);
  NWD_RETURN_IF_ERROR(database->CheckFormat(options.folder));
  NWD_RETURN_IF_ERROR(database->FindPositions(feeds));
  return database;
}

Database::~Database() {
  if (engine_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) engine_->DestroyColumnFamilyHandle(family);
  engine_->Close().PermitUncheckedError();  // everything that matters was synced when it was written
}

absl::Status Database::CheckFormat(const std::string& folder) {
  std::string found;
  const rocksdb::Status read = engine_->Get({}, Meta(), ToSlice(kFormatKey), &found);
  if (read.IsNotFound()) {
    const Range everything;
    const RocksCursor any(*this, Data(), nullptr, everything, Direction::kForward);
    if (any.Valid() || !any.Health().ok()) {
      return absl::FailedPreconditionError(
          Cat("the data folder ", folder, " holds another program's data: name another"));
    }
    return ToStatus(engine_->Put(SyncedWrite(), Meta(), ToSlice(kFormatKey), EncodeNumber(kFormatVersion)),
                    "writing the format");
  }
  NWD_RETURN_IF_ERROR(ToStatus(read, "reading the format"));
  NWD_ASSIGN_OR_RETURN(const uint64_t version, DecodeNumber(found));
  if (version == kFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(Cat("the data in ", folder, " has format ", version,
                                           " and this program knows format ", kFormatVersion,
                                           ": run the version of the program that wrote it"));
}

absl::Status Database::FindPositions(Feeds& feeds) {
  for (const Feed feed : kAllFeeds) {
    std::string found;
    const rocksdb::Status read = engine_->Get({}, Meta(), TrimmedKey(feed), &found);
    Position trimmed = 0;
    if (!read.IsNotFound()) {
      NWD_RETURN_IF_ERROR(ToStatus(read, "reading how far a feed is trimmed"));
      NWD_ASSIGN_OR_RETURN(trimmed, DecodeNumber(found));
    }
    const Range range = FeedRange(feed, 0);
    const RocksCursor entries(*this, FeedEntries(), nullptr, range, Direction::kBackward);
    NWD_RETURN_IF_ERROR(entries.Health());
    feeds[feed].SetTrimmed(trimmed);
    feeds[feed].Advance(entries.Valid() ? FeedKeyPosition(entries.Key()) : trimmed);
  }
  return absl::OkStatus();
}

std::string FeedKey(Feed feed, Position position) {
  return KeyBuilder(static_cast<char>(feed)).Number(position).Build();
}

Position FeedKeyPosition(std::string_view key) {
  KeyReader reader(key);
  Position position = 0;
  NWD_CHECK(reader.Number(&position) && reader.Done());
  return position;
}

Range FeedRange(Feed feed, Position first) {
  return {FeedKey(feed, first), std::string(1, static_cast<char>(static_cast<uint8_t>(feed) + 1))};
}

std::string TrimmedKey(Feed feed) { return Cat("trimmed-", static_cast<int>(feed)); }

std::string EncodeNumber(uint64_t value) { return KeyBuilder('n').Number(value).Build(); }

absl::StatusOr<uint64_t> DecodeNumber(std::string_view bytes) {
  KeyReader reader(bytes);
  uint64_t value = 0;
  if (!reader.Number(&value) || !reader.Done())
    return absl::DataLossError("a number of the store's own does not parse");
  return value;
}

}  // namespace nwd::store::rocks
