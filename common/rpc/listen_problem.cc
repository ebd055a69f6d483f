#include "common/rpc/listen_problem.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "common/base/strings.h"

namespace nwd::rpc {
namespace {

// The error of listening on it; 0 where that works, or where there is no such host.
int TryListen(const addrinfo& at) {
  const int fd = socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const int error = bind(fd, at.ai_addr, at.ai_addrlen) != 0 || listen(fd, 1) != 0 ? errno : 0;
  close(fd);
  return error;
}

// "[::1]:7102" is host "::1".
std::string HostOf(const std::string& address, size_t colon) {
  const bool bracketed = address.starts_with("[") && colon >= 2;
  return bracketed ? address.substr(1, colon - 2) : address.substr(0, colon);
}

}  // namespace

std::string ListenProblem(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return "it is not host:port";
  addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  const int unknown = getaddrinfo(HostOf(address, colon).c_str(), address.c_str() + colon + 1, &hints, &found);
  if (unknown != 0) return Cat("the host is not known (", gai_strerror(unknown), "); choose another address");
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);
  switch (const int error = TryListen(*found)) {
    case 0:
      return "another program held that port, and does no more; start again";
    case EADDRINUSE:
      return "another program holds that port; stop it, or choose another port";
    case EADDRNOTAVAIL:
      return "the address is not this machine's; choose one that is";
    case EACCES:
      return "this user may not listen on a port so low; choose one from 1024 on, or give the program "
             "CAP_NET_BIND_SERVICE";
    default:
      return Cat(std::strerror(error), "; choose another address or port");
  }
}

}  // namespace nwd::rpc
