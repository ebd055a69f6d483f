#include "deploy/hub/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/time/clock.h"
#include "common/base/strings.h"

namespace nwd::hub {
namespace {

constexpr int kExitNoExec = 127;
constexpr size_t kLineBytesMax = 4096;
constexpr absl::Duration kLookAgain = absl::Milliseconds(5);
// Even a killed process is not gone at once; one that hangs within the kernel never is.
constexpr absl::Duration kKilledPatience = absl::Seconds(10);
// Fields of /proc/<pid>/stat, counted from 1; the name before them may hold anything.
constexpr int kStateField = 3;
constexpr int kStartField = 22;

// When it started; 0 where there is no such process or it has ended and waits to be reaped.
uint64_t StartTicks(pid_t pid) {
  std::ifstream file(Cat("/proc/", pid, "/stat"));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string state, skipped;
  fields >> state;
  if (state == "Z" || state == "X") return 0;
  for (int field = kStateField + 1; field < kStartField; ++field) fields >> skipped;
  uint64_t ticks = 0;
  fields >> ticks;
  return ticks;
}

// Not all are our children, so there is no one event to wait for; a child is reaped on the way.
bool EndsBefore(const ProcessId& id, absl::Time deadline) {
  while (IsAlive(id)) {
    if (absl::Now() >= deadline) return false;
    absl::SleepFor(kLookAgain);
  }
  waitpid(id.pid, nullptr, WNOHANG);
  return true;
}

[[noreturn]] void BecomeProgram(const StartOptions& options, char* const* arguments, int log, int output,
                                pid_t parent) {
  setsid();
  if (options.end_with_parent) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(kExitNoExec);  // it ended before we asked
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(kExitNoExec);
}

}  // namespace

absl::StatusOr<Started> StartProcess(const StartOptions& options) {
  const std::string& program = options.command.front();
  if (access(program.c_str(), X_OK) != 0) {
    return absl::FailedPreconditionError(Cat("there is no program ", program, "; build it first"));
  }
  const int log = open(options.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) return absl::FailedPreconditionError(Cat("cannot write ", options.log_file, ": ", std::strerror(errno)));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    close(log);
    return absl::ResourceExhaustedError(Cat("cannot make a pipe: ", std::strerror(errno)));
  }
  std::vector<char*> arguments;
  for (const std::string& word : options.command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(options, arguments.data(), log, ends[1], parent);
  close(log);
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return absl::ResourceExhaustedError(Cat("cannot start ", program, ": ", std::strerror(errno)));
  }
  return Started{.id = {.pid = pid, .start_ticks = StartTicks(pid)}, .output = ends[0]};
}

absl::StatusOr<std::string> ReadLine(int output, absl::Time deadline) {
  std::string line;
  while (line.size() < kLineBytesMax) {
    const int64_t left_ms = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left_ms <= 0) return absl::DeadlineExceededError("no line in time");
    pollfd wait = {.fd = output, .events = POLLIN, .revents = 0};
    const int ready = poll(&wait, 1, static_cast<int>(left_ms));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) continue;
    char byte;
    const ssize_t got = read(output, &byte, 1);
    if (got <= 0) return absl::UnavailableError("it ended");
    if (byte == '\n') return line;
    line.push_back(byte);
  }
  return absl::DataLossError("a line without an end");
}

bool IsAlive(const ProcessId& id) { return id.pid > 0 && id.start_ticks != 0 && StartTicks(id.pid) == id.start_ticks; }

absl::Status StopProcesses(const std::vector<ProcessId>& ids, absl::Duration patience) {
  for (const ProcessId& id : ids) {
    if (IsAlive(id)) kill(id.pid, SIGTERM);
  }
  const absl::Time deadline = absl::Now() + patience;
  std::string killed;
  for (const ProcessId& id : ids) {
    if (EndsBefore(id, deadline)) continue;
    kill(id.pid, SIGKILL);
    killed += Cat(killed.empty() ? "" : ", ", id.pid);
    if (!EndsBefore(id, absl::Now() + kKilledPatience)) killed += " (which has not ended yet)";
  }
  if (killed.empty()) return absl::OkStatus();
  return absl::DeadlineExceededError(
      Cat("did not stop in ", absl::FormatDuration(patience), " and were killed: ", killed));
}

}  // namespace nwd::hub
