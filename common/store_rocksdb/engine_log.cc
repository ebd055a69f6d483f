#include "common/store_rocksdb/engine_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/store_rocksdb/limits.h"

namespace nwd::store::rocks {

EngineLog::EngineLog(const std::string& folder)
    : rocksdb::Logger(rocksdb::WARN_LEVEL), path_(Cat(folder, "/engine.txt")) {
  absl::MutexLock lock(&mutex_);
  Reopen();
}

EngineLog::~EngineLog() {
  absl::MutexLock lock(&mutex_);
  if (file_ >= 0) close(file_);
}

void EngineLog::Logv(const char* format, va_list arguments) {
  char text[kLogLineBytesMax];
  std::vsnprintf(text, sizeof text, format, arguments);
  const std::string line = Cat(absl::FormatTime(absl::Now(), absl::UTCTimeZone()), " ", text, "\n");
  absl::MutexLock lock(&mutex_);
  if (size_bytes_ + line.size() > kLogFileBytesMax) {
    std::rename(path_.c_str(), Cat(path_, ".old").c_str());
    Reopen();
  }
  if (file_ >= 0 && write(file_, line.data(), line.size()) > 0) size_bytes_ += line.size();
}

size_t EngineLog::GetLogFileSize() const {
  absl::MutexLock lock(&mutex_);
  return size_bytes_;
}

void EngineLog::Reopen() {
  if (file_ >= 0) close(file_);
  file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct stat about {};
  size_bytes_ = file_ >= 0 && fstat(file_, &about) == 0 ? static_cast<size_t>(about.st_size) : 0;
}

}  // namespace nwd::store::rocks
