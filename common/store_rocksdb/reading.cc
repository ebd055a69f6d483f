#include "common/store_rocksdb/reading.h"

#include "common/store/limits.h"
#include "common/store_rocksdb/limits.h"
#include "common/store_rocksdb/rocks_status.h"

namespace nwd::store::rocks {
namespace {

// The bytes at which a range ends, above every key where it ends at the last one: no scan is without an upper bound.
rocksdb::Slice EndOf(const Range& range) {
  static const std::string* const above_all = new std::string(kKeyBytesMax + 1, '\xff');
  return ToSlice(range.end.empty() ? *above_all : range.end);
}

// Whether all keys of a range begin alike, as far as filters know beginnings.
bool IsWithinOnePrefix(const Range& range) {
  if (range.begin.size() < kScannedPrefixBytes || range.end.empty()) return false;
  const Range prefix = PrefixRange(std::string_view(range.begin).substr(0, kScannedPrefixBytes));
  return prefix.end.empty() || range.end <= prefix.end;
}

}  // namespace

absl::StatusOr<bool> GetData(const Database& database, const rocksdb::Snapshot* snapshot, std::string_view key,
                             std::string* value) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  const rocksdb::Status read = database.Engine().Get(options, database.Data(), ToSlice(key), value);
  if (read.ok()) return true;
  if (read.IsNotFound()) return false;
  return ToStatus(read, "reading a key");
}

RocksCursor::RocksCursor(const Database& database, rocksdb::ColumnFamilyHandle* family,
                         const rocksdb::Snapshot* snapshot, const Range& range, Direction direction)
    : forward_(direction == Direction::kForward), lower_(ToSlice(range.begin)), upper_(EndOf(range)) {
  if (upper_.compare(lower_) <= 0) return;
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.iterate_lower_bound = &lower_;
  options.iterate_upper_bound = &upper_;
  // Feeds are read once, in order: kept in the cache, the long ones would drive out what is looked up.
  options.fill_cache = family == database.Data();
  options.total_order_seek = !forward_ || !IsWithinOnePrefix(range);
  entries_.reset(database.Engine().NewIterator(options, family));
  forward_ ? entries_->Seek(lower_) : entries_->SeekToLast();
}

bool RocksCursor::Valid() const { return entries_ != nullptr && entries_->Valid(); }
std::string_view RocksCursor::Key() const { return ToView(entries_->key()); }
std::string_view RocksCursor::Value() const { return ToView(entries_->value()); }
void RocksCursor::Next() { forward_ ? entries_->Next() : entries_->Prev(); }
absl::Status RocksCursor::Health() const {
  return entries_ == nullptr ? absl::OkStatus() : ToStatus(entries_->status(), "scanning a range");
}

}  // namespace nwd::store::rocks
