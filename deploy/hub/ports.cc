#include "deploy/hub/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_split.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/shell.h"

namespace nwd::hub {
namespace {

namespace fs = std::filesystem;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

bool IsTaken(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;  // what has ended leaves connections behind that do not matter to the services either
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = Loopback(port);
  const bool taken = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno == EADDRINUSE;
  close(fd);
  return taken;
}

std::vector<std::string> WordsOf(const fs::path& process) {
  std::ifstream file(process / "cmdline", std::ios::binary);
  const std::string words((std::istreambuf_iterator<char>(file)), {});
  return absl::StrSplit(words, '\0');
}

bool Contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The folder of the hub whose service was started, by us, on that port; empty where there is none.
std::string HubWith(int port) {
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::vector<std::string> words = WordsOf(at->path());
    const std::string address = Cat("127.0.0.1:", port);
    if (!Contains(words, Cat("--listen=", address)) && !Contains(words, Cat("--http=", address))) continue;
    for (const std::string& name : ServiceNames()) {
      for (const std::string& word : words) {
        const std::string tail = DataFolder("", name), head = "--data=";
        if (word.starts_with(head) && word.ends_with(tail))
          return word.substr(head.size(), word.size() - head.size() - tail.size());
      }
    }
  }
  return "";
}

absl::Status CheckIsFree(int port, const std::string& of) {
  if (!IsTaken(port)) return absl::OkStatus();
  const std::string hub = HubWith(port);
  return absl::FailedPreconditionError(
      Cat("port ", port, ", ", of, ", is in use by ",
          hub.empty() ? "another program" : Cat("the hub in ", hub, "; stop it with: ", StopLine(hub))));
}

}  // namespace

std::vector<int> FreePorts(size_t count) {
  std::vector<int> ports, sockets;
  while (ports.size() < count) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ports.push_back(bound ? ntohs(address.sin_port) : 0);
    sockets.push_back(fd);
  }
  for (const int fd : sockets) close(fd);
  return ports;
}

absl::Status CheckPortsAreFree(const std::vector<RunningService>& services) {
  for (const RunningService& service : services) {
    NWD_RETURN_IF_ERROR(CheckIsFree(service.grpc_port, Cat("the ", service.name, " service's")));
    NWD_RETURN_IF_ERROR(CheckIsFree(service.http_port, Cat("the ", service.name, " service's for HTTP")));
  }
  return absl::OkStatus();
}

}  // namespace nwd::hub
