// A program started in a session of its own, that outlives whoever started it unless asked otherwise.
//
// A process is named by its id and by when it started, so that an id the system has given to somebody else since is
// never signalled.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nwd::hub {

struct ProcessId {
  pid_t pid = 0;
  uint64_t start_ticks = 0;  // clock ticks after boot, from /proc/<pid>/stat
  friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

struct Started {
  ProcessId id;
  int output = -1;  // reads what the program writes to stdout; the caller closes it
};

struct StartOptions {
  std::vector<std::string> command;  // the program's path, then its arguments
  std::string log_file;              // stderr is appended to it
  bool end_with_parent = false;      // SIGTERM when the thread that started it ends
};

// FAILED_PRECONDITION where there is no such program or the log cannot be written.
absl::StatusOr<Started> StartProcess(const StartOptions& options);

// Reads one line from `output`. DEADLINE_EXCEEDED, or UNAVAILABLE where the program closed it first (it ended).
absl::StatusOr<std::string> ReadLine(int output, absl::Time deadline);

bool IsAlive(const ProcessId& id);

// SIGTERM to each that is alive, then waits until all have ended; what is left when `patience` is over is killed and
// named in the error.
absl::Status StopProcesses(const std::vector<ProcessId>& ids, absl::Duration patience);

}  // namespace nwd::hub
