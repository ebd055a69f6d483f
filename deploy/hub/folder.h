// Where a local hub keeps what it has:
//   <hub>/hub.json              the processes that run, while they run
//   <hub>/hub.key               the hub's key
//   <hub>/pki/{ca,org,service}  certificates (deploy/pki)
//   <hub>/data/<service>        each service's stores
//   <hub>/log/<service>.log     each service's log
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace nwd::hub {

// Our services and the ports they have where nothing else is asked for.
struct ServicePorts {
  std::string_view service;
  int grpc;
  int http;
};
inline constexpr std::array<ServicePorts, 4> kServices = {{
    {"directory", 7101, 9101},
    {"consent", 7102, 9102},
    {"referral", 7103, 9103},
    {"outcome", 7104, 9104},
}};

std::vector<std::string> ServiceNames();

std::string StateFile(const std::string& hub);
std::string KeyFile(const std::string& hub);
std::string PkiFolder(const std::string& hub);
std::string DataFolder(const std::string& hub, std::string_view service);
std::string LogFile(const std::string& hub, std::string_view service);

// Folders of this installation, found from where the running program lies: the programs beside it, and what deploy/
// carries ("data", "sample"), in a build tree or under <prefix>/share/nwd. NWD_SHARE says otherwise.
std::string ProgramsFolder();
std::string ShareFolder(std::string_view name);

}  // namespace nwd::hub
