#include "common/files/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "common/base/macros.h"
#include "common/base/strings.h"

namespace nwd::files {
namespace {

constexpr mode_t kOwnerOnly = 0600;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  const int fd_;
};

absl::Status Cannot(std::string_view what, const std::string& path) {
  return absl::UnavailableError(Cat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

absl::Status SyncFolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.ok() && fsync(directory.get()) == 0) return absl::OkStatus();
  return Cannot("write", folder);
}

// Where the last whole line ends.
absl::StatusOr<off_t> EndOfLines(int fd, const std::string& path) {
  off_t end = lseek(fd, 0, SEEK_END);
  if (end < 0) return Cannot("read", path);
  std::string piece(4096, '\0');
  while (end > 0) {
    const off_t begin = std::max<off_t>(0, end - static_cast<off_t>(piece.size()));
    const ssize_t got = pread(fd, piece.data(), static_cast<size_t>(end - begin), begin);
    if (got != end - begin) return Cannot("read", path);
    const size_t line_end = std::string_view(piece.data(), static_cast<size_t>(got)).rfind('\n');
    if (line_end != std::string_view::npos) return begin + static_cast<off_t>(line_end) + 1;
    end = begin;
  }
  return 0;
}

}  // namespace

absl::Status WriteWhole(const std::string& path, std::string_view content) {
  const std::string fresh = path + ".new";
  {
    const Descriptor file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnerOnly));
    if (!file.ok() || !WriteAll(file.get(), content) || fsync(file.get()) != 0) return Cannot("write", fresh);
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) return Cannot("write", path);
  return SyncFolderOf(path);
}

absl::Status AppendLines(const std::string& path, std::string_view lines) {
  const Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
  if (!file.ok()) return Cannot("write", path);
  NWD_ASSIGN_OR_RETURN(const off_t end, EndOfLines(file.get(), path));
  if (ftruncate(file.get(), end) != 0 || lseek(file.get(), end, SEEK_SET) != end || !WriteAll(file.get(), lines) ||
      fsync(file.get()) != 0) {
    return Cannot("write", path);
  }
  return SyncFolderOf(path);
}

absl::Status SyncAll(const std::string& folder) {
  const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory.ok() && syncfs(directory.get()) == 0 ? absl::OkStatus() : Cannot("write", folder);
}

absl::StatusOr<std::string> ReadWhole(const std::string& path, size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok() && errno == ENOENT) return absl::NotFoundError(Cat("there is no ", path));
  if (!file.ok()) return Cannot("read", path);
  struct stat about {};
  if (fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return absl::FailedPreconditionError(Cat(path, " is not a file"));
  }
  if (static_cast<size_t>(about.st_size) > bytes_max) {
    return absl::FailedPreconditionError(
        Cat(path, " is longer than ", bytes_max, " bytes: it is not what it should be"));
  }
  std::string content(static_cast<size_t>(about.st_size), '\0');
  const ssize_t got = pread(file.get(), content.data(), content.size(), 0);
  if (got != static_cast<ssize_t>(content.size())) return Cannot("read", path);
  return content;
}

}  // namespace nwd::files
