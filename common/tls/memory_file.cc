#include "common/tls/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/macros.h"

namespace nwd::tls {
namespace {

absl::Status Failed(const char* what) {
  return absl::InternalError(absl::StrCat("cannot keep a file in memory: ", what, ": ", std::strerror(errno)));
}

// A new descriptor that holds `content`, dated `modified_seconds`.
absl::StatusOr<int> WriteNew(std::string_view content, int64_t modified_seconds) {
  const int fd = memfd_create("nwd", MFD_CLOEXEC);
  if (fd < 0) return Failed("memfd_create");
  const timespec time{.tv_sec = modified_seconds, .tv_nsec = 0};
  const timespec times[] = {time, time};
  bool written = true;
  for (std::string_view left = content; written && !left.empty();) {
    const ssize_t count = write(fd, left.data(), left.size());
    written = count > 0;
    if (written) left.remove_prefix(static_cast<size_t>(count));
  }
  if (written && futimens(fd, times) == 0) return fd;
  const absl::Status status = Failed("write");
  close(fd);
  return status;
}

}  // namespace

absl::StatusOr<MemoryFile> MemoryFile::Create(std::string_view content) {
  MemoryFile file;
  file.modified_seconds_ = std::time(nullptr);
  NWD_ASSIGN_OR_RETURN(file.fd_, WriteNew(content, file.modified_seconds_));
  return file;
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), modified_seconds_(other.modified_seconds_) {}

MemoryFile& MemoryFile::operator=(MemoryFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(modified_seconds_, other.modified_seconds_);
  return *this;
}

MemoryFile::~MemoryFile() {
  if (fd_ >= 0) close(fd_);
}

absl::Status MemoryFile::Replace(std::string_view content) {
  const int64_t modified_seconds = std::max<int64_t>(std::time(nullptr), modified_seconds_ + 1);
  NWD_ASSIGN_OR_RETURN(const int fd, WriteNew(content, modified_seconds));
  const bool swapped = dup3(fd, fd_, O_CLOEXEC) >= 0;
  absl::Status status = swapped ? absl::OkStatus() : Failed("dup3");
  close(fd);
  if (swapped) modified_seconds_ = modified_seconds;
  return status;
}

std::string MemoryFile::path() const { return absl::StrCat("/proc/self/fd/", fd_); }

}  // namespace nwd::tls
