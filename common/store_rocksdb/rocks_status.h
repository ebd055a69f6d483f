// RocksDB's errors in the project's words.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "rocksdb/slice.h"
#include "rocksdb/status.h"

namespace nwd::store::rocks {

inline rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// What went wrong while `doing` ("reading a key"). Corruption is DATA_LOSS, everything else UNAVAILABLE.
absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing);

// Why `folder` could not be opened, as one sentence for whoever starts the program.
absl::Status OpenError(const rocksdb::Status& status, std::string_view folder);

}  // namespace nwd::store::rocks
