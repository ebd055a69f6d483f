// Which processes make up a running hub: hub.json in its folder. Written when all are ready, removed when all have
// ended.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "deploy/hub/process.h"

namespace nwd::hub {

struct RunningService {
  std::string name;
  ProcessId process;
  int grpc_port = 0;
  int http_port = 0;
  std::string Address() const;  // of gRPC
};

struct HubState {
  std::string folder;
  std::string trust_domain;
  std::vector<std::string> admins;
  bool ends_with_starter = false;  // its processes are told to stop when whoever started them ends
  std::vector<RunningService> services;

  const RunningService& Service(std::string_view name) const;  // must be one of ours
  bool AllAlive() const;
  std::vector<ProcessId> Processes() const;
};

// NOT_FOUND where no hub runs from this folder; FAILED_PRECONDITION where the file cannot be read or understood.
absl::StatusOr<HubState> ReadState(const std::string& hub_folder);
absl::Status WriteState(const HubState& state);
void RemoveState(const std::string& hub_folder);

}  // namespace nwd::hub
