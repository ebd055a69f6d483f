#include "common/store_rocksdb/rocks_status.h"

#include <string>

#include "common/base/strings.h"

namespace nwd::store::rocks {

absl::Status ToStatus(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  std::string message = Cat("the store failed while ", doing, ": ", status.ToString());
  return status.IsCorruption() ? absl::DataLossError(message) : absl::UnavailableError(message);
}

absl::Status OpenError(const rocksdb::Status& status, std::string_view folder) {
  const std::string reason = status.ToString();
  if (status.IsCorruption()) {
    return absl::DataLossError(Cat("the data in ", folder, " is damaged (", reason,
                                   "): keep the folder for inspection and restore the newest backup in its place"));
  }
  // RocksDB has no code of its own for a lock that is held.
  if (status.IsIOError() && reason.find("lock") != std::string::npos) {
    return absl::FailedPreconditionError(Cat("the data folder ", folder, " is in use by another process (", reason,
                                             "): stop that process or choose another folder"));
  }
  return absl::FailedPreconditionError(Cat("the data folder ", folder, " cannot be opened (", reason,
                                           "): check that it exists, is writable and has free space"));
}

}  // namespace nwd::store::rocks
