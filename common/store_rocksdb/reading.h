// Reads of the services' data: at a snapshot for views, at the newest state for the committer's transactions.
#pragma once

#include <memory>
#include <string>

#include "common/store/pending_batch.h"
#include "common/store_rocksdb/database.h"
#include "rocksdb/iterator.h"

namespace nwd::store::rocks {

// `snapshot` null: the newest state.
absl::StatusOr<bool> GetData(const Database& database, const rocksdb::Snapshot* snapshot, std::string_view key,
                             std::string* value);

// Entries of one family within a range; holds the bounds for as long as the engine's iterator lives.
class RocksCursor final : public Cursor {
 public:
  // `range` outlives the cursor.
  RocksCursor(const Database& database, rocksdb::ColumnFamilyHandle* family, const rocksdb::Snapshot* snapshot,
              const Range& range, Direction direction);
  bool Valid() const override;
  std::string_view Key() const override;
  std::string_view Value() const override;
  void Next() override;
  absl::Status Health() const override;

 private:
  const bool forward_;
  const rocksdb::Slice lower_;
  const rocksdb::Slice upper_;
  std::unique_ptr<rocksdb::Iterator> entries_;  // null where the range is empty
};

}  // namespace nwd::store::rocks
