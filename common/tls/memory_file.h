// A file that exists only in this process's memory, with a path by which libraries that insist on paths can read it.
// Nothing reaches a disk, and nothing is left behind when the process is killed.
//
// Replace swaps the whole content at once: whoever opens the path sees all of the old or all of the new. Every content
// has a later modification time than the one before, by at least a second, for readers that look at times (in whole
// seconds) to see change. Thread-safe for readers of the path; Replace from one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace nwd::tls {

class MemoryFile {
 public:
  static absl::StatusOr<MemoryFile> Create(std::string_view content);
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&& other) noexcept;
  ~MemoryFile();

  absl::Status Replace(std::string_view content);

  // "/proc/self/fd/7": valid in this process, while the object lives.
  std::string path() const;

  // Lets the content stay readable until the process ends.
  void Keep() && { fd_ = -1; }

 private:
  MemoryFile() = default;

  int fd_ = -1;
  int64_t modified_seconds_ = 0;
};

}  // namespace nwd::tls
