// One at a time: a lock on a file or folder that goes with its holder, however that ends, and that programs it starts
// do not inherit.
#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace nwd::hub {

class Turn {
 public:
  // FAILED_PRECONDITION with `taken` where somebody else has it now, or in words of its own where `path` cannot be
  // opened. Does not wait.
  static absl::StatusOr<Turn> Take(const std::string& path, const std::string& taken);
  ~Turn();
  Turn(Turn&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Turn& operator=(Turn&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

 private:
  explicit Turn(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace nwd::hub
