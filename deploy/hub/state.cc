#include "deploy/hub/state.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/shell.h"

namespace nwd::hub {

namespace fs = std::filesystem;
using nlohmann::json;

std::string RunningService::Address() const { return Cat("127.0.0.1:", grpc_port); }

const RunningService& HubState::Service(std::string_view name) const {
  const auto found =
      std::find_if(services.begin(), services.end(), [&](const auto& service) { return service.name == name; });
  NWD_CHECK(found != services.end());
  return *found;
}

bool HubState::AllAlive() const {
  return std::all_of(services.begin(), services.end(), [](const auto& service) { return IsAlive(service.process); });
}

std::vector<ProcessId> HubState::Processes() const {
  std::vector<ProcessId> ids;
  for (const RunningService& service : services) ids.push_back(service.process);
  return ids;
}

namespace {

// What runs with a data folder of this hub, by its command line; for the one who has lost hub.json.
std::vector<std::string> PidsByDataFolder(const std::string& hub_folder) {
  std::error_code error;
  const std::string folder = fs::absolute(hub_folder, error).lexically_normal().string();  // as Up gives it to them
  std::vector<std::string> pids;
  for (const fs::directory_entry& process : fs::directory_iterator("/proc", error)) {
    std::ifstream file(process.path() / "cmdline");
    for (std::string word; std::getline(file, word, '\0');) {
      const std::vector<std::string> names = ServiceNames();
      const bool of_hub = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return word == Cat("--data=", DataFolder(folder, name)) || word == DataFolder(folder, name);
      });
      if (!of_hub) continue;
      pids.push_back(process.path().filename().string());
      break;
    }
  }
  return pids;
}

absl::Status CannotUnderstand(const std::string& hub_folder) {
  std::string stop;
  for (const std::string& pid : PidsByDataFolder(hub_folder)) stop += Cat(" ", pid);
  return absl::FailedPreconditionError(
      Cat("cannot understand ", StateFile(hub_folder), "; ",
          stop.empty() ? "none of its services runs" : Cat("stop its services with: kill", stop),
          "; then remove it with: rm ", Quoted(StateFile(hub_folder))));
}

}  // namespace

absl::StatusOr<HubState> ReadState(const std::string& hub_folder) {
  errno = 0;
  std::ifstream file(StateFile(hub_folder));
  if (!file && errno == EACCES) {
    return absl::FailedPreconditionError(Cat("cannot read ", StateFile(hub_folder), ": the hub is another user's"));
  }
  if (!file) return absl::NotFoundError(Cat("no hub runs from ", hub_folder));
  HubState state;
  state.folder = hub_folder;
  try {
    const json kept = json::parse(file);
    state.trust_domain = kept.at("trust_domain");
    state.admins = kept.at("admins").get<std::vector<std::string>>();
    state.ends_with_starter = kept.value("ends_with_starter", false);
    for (const json& service : kept.at("services")) {
      state.services.push_back({.name = service.at("name"),
                                .process = {.pid = service.at("pid"), .start_ticks = service.at("start_ticks")},
                                .grpc_port = service.at("grpc_port"),
                                .http_port = service.at("http_port")});
    }
  } catch (const json::exception&) {
    return CannotUnderstand(hub_folder);
  }
  return state;
}

absl::Status WriteState(const HubState& state) {
  json services = json::array();
  for (const RunningService& service : state.services) {
    services.push_back({{"name", service.name},
                        {"pid", service.process.pid},
                        {"start_ticks", service.process.start_ticks},
                        {"grpc_port", service.grpc_port},
                        {"http_port", service.http_port}});
  }
  const json kept = {{"trust_domain", state.trust_domain},
                     {"admins", state.admins},
                     {"ends_with_starter", state.ends_with_starter},
                     {"services", services}};
  const std::string path = StateFile(state.folder);
  const std::string beside = path + ".new";
  std::ofstream file(beside);
  file << kept.dump(2) << "\n";
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(beside, path, error);
  if (!file || error) return absl::FailedPreconditionError(Cat("cannot write ", path));
  return absl::OkStatus();
}

void RemoveState(const std::string& hub_folder) {
  std::error_code error;
  std::filesystem::remove(StateFile(hub_folder), error);
}

}  // namespace nwd::hub
