#include "deploy/hub/local_hub.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/crypto/key_file.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/ports.h"
#include "deploy/hub/shell.h"
#include "deploy/hub/turn.h"
#include "deploy/pki/hub.h"

namespace nwd::hub {
namespace {

namespace fs = std::filesystem;

// Two that bring the same hub up or down at once would each undo what the other does.
absl::StatusOr<Turn> TakeTurn(const std::string& folder) {
  return Turn::Take(folder, Cat("the hub in ", folder, " is being brought up or down by another program; wait for it"));
}

absl::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(fs::path(folder) / "log", error);
  if (!error) fs::create_directories(fs::path(folder) / "data", error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(
      Cat("cannot use the folder ", folder, ": ", error.message(), "; name one this user may write to"));
}

// What was written under a key that is gone is not to be had under a new one.
absl::Status CheckKeyIsNotLost(const std::string& folder) {
  std::error_code error;
  if (fs::exists(KeyFile(folder), error)) return absl::OkStatus();
  for (const std::string& service : ServiceNames()) {
    if (!fs::exists(DataFolder(folder, service), error)) continue;
    return absl::FailedPreconditionError(Cat("the data in ", folder, " was written under a hub key, and ",
                                             KeyFile(folder), " is not there: restore it from its backup"));
  }
  return absl::OkStatus();
}

absl::Status Prepare(const UpOptions& options) {
  NWD_RETURN_IF_ERROR(CheckKeyIsNotLost(options.folder));
  std::vector<std::string> organisations = options.admins;
  organisations.insert(organisations.end(), options.organisations.begin(), options.organisations.end());
  NWD_RETURN_IF_ERROR(pki::InitHub({.folder = PkiFolder(options.folder),
                                    .trust_domain = options.trust_domain,
                                    .organisations = organisations,
                                    .services = ServiceNames(),
                                    .now = absl::Now()}));
  return crypto::HubKey::FromFile(KeyFile(options.folder), crypto::HubKey::IfMissing::kCreate).status();
}

// Whom each service calls.
std::vector<std::string> PeersOf(const std::string& service) {
  if (service == "directory") return {"referral"};
  if (service == "consent") return {"directory", "referral", "outcome"};
  if (service == "referral") return {"directory", "consent", "outcome"};
  return {"directory", "consent", "referral"};
}

std::vector<std::string> CommandOf(const UpOptions& options, const HubState& hub, const RunningService& service) {
  const std::string programs = options.programs.empty() ? ProgramsFolder() : options.programs;
  std::vector<std::string> command = {Cat(programs, "/nwd-", service.name)};
  const auto add = [&](const std::string& name, const std::string& value) {
    command.push_back(Cat("--", name, "=", value));
  };
  add("listen", service.Address());
  add("http", Cat("127.0.0.1:", service.http_port));
  add("data", DataFolder(hub.folder, service.name));
  add("tls", pki::ServiceFolder(PkiFolder(hub.folder), service.name));
  add("trust-domain", hub.trust_domain);
  add("hub-key", KeyFile(hub.folder));
  add("facts", options.facts.empty() ? ShareFolder("data") : options.facts);
  add("log-level", options.log_level);
  if (service.name == "directory") add("admins", absl::StrJoin(hub.admins, ","));
  for (const std::string& peer : PeersOf(service.name)) add(peer, hub.Service(peer).Address());
  return command;
}

// The last thing a program said that a person would read: a line that is not JSON, else the last line.
std::string LastWords(const std::string& log_file) {
  std::ifstream file(log_file);
  std::string said, last;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    last = line;
    if (line.front() != '{') said = line;
  }
  return said.empty() ? last : said;
}

absl::Status WaitUntilReady(const HubState& hub, RunningService& service, int output) {
  const absl::StatusOr<std::string> line = ReadLine(output, absl::Now() + kReadyPatience);
  const std::string log = LogFile(hub.folder, service.name);
  if (absl::IsDeadlineExceeded(line.status())) {
    return absl::UnavailableError(Cat("the ", service.name, " service was not ready within ",
                                      absl::FormatDuration(kReadyPatience), "; its log is ", log));
  }
  if (!line.ok()) {
    return absl::FailedPreconditionError(
        Cat("the ", service.name, " service did not start: ", LastWords(log), " (its log is ", log, ")"));
  }
  const auto said = nlohmann::json::parse(*line, nullptr, false);
  if (said.is_discarded() || !said.value("ready", false)) {
    return absl::FailedPreconditionError(
        Cat("the ", service.name, " service said \"", *line, "\" instead of being ready"));
  }
  service.grpc_port = said.value("grpc_port", service.grpc_port);
  service.http_port = said.value("http_port", service.http_port);
  return absl::OkStatus();
}

// The four as they are to run; none does yet.
HubState Plan(const UpOptions& options) {
  HubState hub = {.folder = options.folder,
                  .trust_domain = options.trust_domain,
                  .admins = options.admins,
                  .ends_with_starter = options.end_with_parent,
                  .services = {}};
  const std::vector<int> free = FreePorts(2 * kServices.size());
  for (size_t i = 0; i < kServices.size(); ++i) {
    hub.services.push_back({.name = std::string(kServices[i].service),
                            .process = {},
                            .grpc_port = options.any_ports ? free[2 * i] : kServices[i].grpc,
                            .http_port = options.any_ports ? free[2 * i + 1] : kServices[i].http});
  }
  return hub;
}

// The folder as every process sees it, wherever that runs.
absl::StatusOr<std::string> Absolute(const std::string& folder) {
  std::error_code error;
  const fs::path path = fs::absolute(folder, error);
  if (folder.empty()) return absl::InvalidArgumentError("the hub's folder has no name; give one");
  if (!error) return path.lexically_normal().string();
  return absl::FailedPreconditionError(
      Cat("cannot tell where the folder ", folder, " is (", error.message(), "); name it from the root on"));
}

// Starts them all and waits until each is ready.
absl::Status StartAll(const UpOptions& options, HubState& hub) {
  absl::Status status;
  std::vector<int> outputs;
  for (RunningService& service : hub.services) {
    const auto started = StartProcess({.command = CommandOf(options, hub, service),
                                       .log_file = LogFile(hub.folder, service.name),
                                       .end_with_parent = options.end_with_parent});
    status = started.status();
    if (!status.ok()) break;
    service.process = started->id;
    outputs.push_back(started->output);
    status = WriteState(hub);  // at once: who is interrupted while they start can still bring them down
    if (!status.ok()) break;
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (status.ok()) status = WaitUntilReady(hub, hub.services[i], outputs[i]);
    close(outputs[i]);
  }
  return status.ok() ? WriteState(hub) : status;
}

// Starts what has ended of a hub that runs in part: same data, same ports.
absl::StatusOr<HubState> StartEnded(const UpOptions& options, HubState hub) {
  for (size_t i = 0; i < hub.services.size(); ++i) {
    if (IsAlive(hub.services[i].process)) continue;
    const std::string name = hub.services[i].name;
    NWD_RETURN_IF_ERROR(StartAgain(options, hub, name));
  }
  return hub;
}

}  // namespace

absl::StatusOr<HubState> Up(const UpOptions& asked) {
  UpOptions options = asked;
  NWD_ASSIGN_OR_RETURN(options.folder, Absolute(asked.folder));
  NWD_RETURN_IF_ERROR(MakeFolder(options.folder));
  NWD_ASSIGN_OR_RETURN(const Turn turn, TakeTurn(options.folder));
  if (auto running = ReadState(options.folder); running.ok()) {
    const std::vector<ProcessId> processes = running->Processes();
    const auto alive = std::count_if(processes.begin(), processes.end(), IsAlive);
    if (alive == static_cast<ptrdiff_t>(processes.size())) {
      return absl::AlreadyExistsError(
          Cat("a hub runs from ", options.folder, " already; to stop it: ", StopLine(options.folder)));
    }
    if (alive > 0) return StartEnded(options, *std::move(running));
    RemoveState(options.folder);
  } else if (!absl::IsNotFound(running.status())) {
    return running.status();  // what may run here cannot be told
  }
  HubState hub = Plan(options);
  if (const absl::Status free = CheckPortsAreFree(hub.services); !options.any_ports && !free.ok())
    return absl::FailedPreconditionError(Cat(free.message(), "; or take free ports by --any-ports"));
  NWD_RETURN_IF_ERROR(Prepare(options));
  if (const absl::Status status = StartAll(options, hub); !status.ok()) {
    StopProcesses(hub.Processes(), kStopPatience).IgnoreError();  // what went wrong first is what to say
    RemoveState(options.folder);
    return status;
  }
  return hub;
}

absl::Status CheckUsualPorts() { return CheckPortsAreFree(Plan({}).services); }

absl::Status StartAgain(const UpOptions& options, HubState& hub, std::string_view name) {
  for (RunningService& service : hub.services) {
    if (service.name != name) continue;
    NWD_ASSIGN_OR_RETURN(const Started started, StartProcess({.command = CommandOf(options, hub, service),
                                                              .log_file = LogFile(hub.folder, service.name),
                                                              .end_with_parent = options.end_with_parent}));
    service.process = started.id;
    const absl::Status ready = WaitUntilReady(hub, service, started.output);
    close(started.output);
    NWD_RETURN_IF_ERROR(ready);
    return WriteState(hub);
  }
  return absl::NotFoundError(Cat("a hub has no service ", name));
}

absl::Status Down(const std::string& folder, absl::Duration patience) {
  NWD_ASSIGN_OR_RETURN(const std::string absolute, Absolute(folder));
  NWD_RETURN_IF_ERROR(ReadState(absolute).status());
  NWD_ASSIGN_OR_RETURN(const Turn turn, TakeTurn(absolute));
  NWD_ASSIGN_OR_RETURN(const HubState hub, ReadState(absolute));
  const absl::Status stopped = StopProcesses(hub.Processes(), patience);
  RemoveState(absolute);
  return stopped;
}

}  // namespace nwd::hub
