// Why a server could not listen: gRPC does not say, so the same is tried once more without it.
#pragma once

#include <string>

namespace nwd::rpc {

// What to say and do about `address` (host:port), such as "another program holds that port; …". Blocking.
std::string ListenProblem(const std::string& address);

}  // namespace nwd::rpc
