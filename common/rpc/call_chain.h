// What every call goes through, in this order and in this place only:
//
//   identity → access → limits → (parse) → validation → handler → tie → status → metrics, log
//
// The chain knows gRPC only through PeerFacts, so that a test can drive it without a network.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/metrics/grpc_server_metrics.h"
#include "common/rpc/call.h"
#include "common/rpc/limiter.h"
#include "common/rpc/router.h"
#include "common/rpc/server.h"

namespace nwd::rpc {

// What the transport says about a call.
struct PeerFacts {
  std::vector<std::string> uris;  // URI names of the verified certificate
  std::string serial;
  std::string practitioner;  // metadata "nwd-practitioner"
  std::string traceparent;   // metadata "traceparent"
  absl::Time deadline = absl::InfiniteFuture();
};

class CallChain {
 public:
  CallChain(const ServerOptions& options, const Router& router, const std::atomic<bool>& draining);

  // The parts of one call's way through the chain. Everything before the handler:
  async::Task<absl::Status> Admit(const Route& route, const PeerFacts& peer, Call& call, Limiter::Ticket& ticket);
  // the handler, given a parsed request; no answer leaves it before the declared tie is proved:
  async::Task<absl::Status> RunUnary(const Route& route, Call& call, const Message& request, Message& response);
  async::Task<absl::Status> RunStream(const Route& route, Call& call, const Message& request, RawWriter& writer);
  // and the end: figures and one log line.
  void Finished(const Route& route, const Call& call, const absl::Status& status, absl::Duration latency);

  metrics::GrpcServerMetrics::Method& MetricsOf(const Route& route) { return *metrics_.at(&route); }
  const Clock& clock() const { return *options_.clock; }

 private:
  async::Task<absl::Status> Identify(const PeerFacts& peer, Call::Facts& facts);
  const ServerOptions& options_;
  const std::atomic<bool>& draining_;
  Limiter limiter_;
  std::unique_ptr<metrics::GrpcServerMetrics> call_metrics_;
  absl::flat_hash_map<const Route*, metrics::GrpcServerMetrics::Method*> metrics_;
};

}  // namespace nwd::rpc
