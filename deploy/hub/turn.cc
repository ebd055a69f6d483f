#include "deploy/hub/turn.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/strings.h"

namespace nwd::hub {

absl::StatusOr<Turn> Turn::Take(const std::string& path, const std::string& taken) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::FailedPreconditionError(Cat("cannot open ", path, ": ", std::strerror(errno)));
  Turn turn(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return turn;
  return absl::FailedPreconditionError(errno == EWOULDBLOCK ? taken
                                                            : Cat("cannot lock ", path, ": ", std::strerror(errno)));
}

Turn::~Turn() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace nwd::hub
