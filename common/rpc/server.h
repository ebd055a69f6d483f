// A service's gRPC server: completion queues with a thread each, the call chain, and a router's handlers.
//
//   auto server = rpc::Server::Start(options, router);          // refuses: a missing handler or rule, a port in use
//   (*server)->Background([&](rpc::Stop& stop) { return follower.Run(stop); });
//   ... wait for a signal ...
//   (*server)->Drain(absl::Seconds(20));
//
// Drain: background work and streams are told to stop, no new call is taken, calls in flight finish or are cancelled
// when the time is over, then the queues stop. After it nothing runs any more; stores may be closed. What has not ended
// even some seconds after it was cancelled (limits.h) makes Drain answer false: then something still runs, and the
// process should end without closing anything. The handlers, the registry and the metrics outlive the server.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/access/registry.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/metrics/metrics.h"
#include "common/rpc/limits.h"
#include "common/rpc/router.h"
#include "common/rpc/stop.h"

namespace grpc {
class ServerCredentials;
}

namespace nwd::rpc {

struct ServerOptions {
  std::string service;       // "consent": for the log and the health service
  std::string address;       // host:port; port 0 takes any free one
  std::string trust_domain;  // of the identities it believes
  std::shared_ptr<grpc::ServerCredentials> credentials;
  const access::Registry* registry = nullptr;
  metrics::Registry* metrics = nullptr;
  const Clock* clock = &SystemClock::Get();
  int threads = 0;  // queues, each with a thread; 0: DefaultQueues()
  bool reflection = true;
  Limits limits = {};
  // Asks the owner of the registry about an identity that is not in it, before it is refused. May be empty.
  std::function<async::Task<absl::Status>(std::string spiffe_id)> on_unknown_identity;
};

class Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, Router& router);
  ~Server();

  int port() const;
  // What grpc.health.v1 answers; true from the start.
  void SetServing(bool serving);
  // Runs a coroutine on one of the queues until it ends; told to stop at Drain.
  void Background(std::function<async::Task<void>(Stop&)> work);
  // True once nothing runs any more; may be called again after false.
  bool Drain(absl::Duration patience);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace nwd::rpc
