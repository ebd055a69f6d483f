// What every call goes through, in this order and in this place only:
//
//   identity → access → limits → parsing → validation → handler → tie → answer → metrics, log
//
// The chain knows the transport only through Exchange, so that a test can drive it without a network.
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

// One call as the transport has it. Its methods are called in the order in which they stand here, each at most once, on
// the call's queue.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual PeerFacts Peer() const = 0;
  // Takes the request's bytes apart; INVALID_ARGUMENT where they are no such message.
  virtual absl::Status Parse(Message& request) = 0;
  // Where a stream's responses go; null for a unary call.
  virtual RawWriter* stream() = 0;
  // The last word to the caller: an error, or OK with the response, which is null for a stream. Resumes once it is
  // sent.
  virtual async::Task<void> Answer(const absl::Status& status, const Message* response) = 0;
};

class CallChain {
 public:
  CallChain(const ServerOptions& options, const Router& router, const std::atomic<bool>& draining);

  // A call's whole way, from its arrival, from which its latency counts, to its line in the log. The call and the exchange live until it has ended.
  async::Task<void> Serve(const Route& route, Call& call, Exchange& exchange, absl::Time arrived);

  metrics::GrpcServerMetrics::Method& MetricsOf(const Route& route) { return *metrics_.at(&route); }
  const Clock& clock() const { return *options_.clock; }

 private:
  async::Task<absl::Status> Admit(const Route& route, const PeerFacts& peer, Call& call, Limiter::Ticket& ticket);
  async::Task<absl::Status> Identify(const PeerFacts& peer, Call::Facts& facts);
  // Figures and one log line.
  void Finish(const Route& route, const Call& call, const absl::Status& status, absl::Duration latency);

  const ServerOptions& options_;
  const std::atomic<bool>& draining_;
  Limiter limiter_;
  std::unique_ptr<metrics::GrpcServerMetrics> call_metrics_;
  absl::flat_hash_map<const Route*, metrics::GrpcServerMetrics::Method*> metrics_;
};

}  // namespace nwd::rpc
