// RocksDB's own warnings, in engine.txt of the data folder, with one predecessor kept.
//
// Not RocksDB's logger: in Debian's build, where assertions are live, that one ends the process at the second line it
// cannot write. A full disk would then stop the service at once instead of leaving it read-only. Lines that cannot be
// written here are lost.
#pragma once

#include <string>

#include "absl/synchronization/mutex.h"
#include "rocksdb/env.h"

namespace nwd::store::rocks {

class EngineLog final : public rocksdb::Logger {
 public:
  explicit EngineLog(const std::string& folder);
  ~EngineLog() override;
  void Logv(const char* format, va_list arguments) override;
  using rocksdb::Logger::Logv;
  size_t GetLogFileSize() const override;

 private:
  void Reopen() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  mutable absl::Mutex mutex_;
  int file_ ABSL_GUARDED_BY(mutex_) = -1;
  size_t size_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nwd::store::rocks
