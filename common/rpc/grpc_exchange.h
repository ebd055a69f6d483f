// One call of gRPC's completion-queue API, as the chain sees it (Exchange): a unary one, or a server stream.
//
//   UnaryExchange exchange(method, queue, chain, limits);
//   if (!co_await Operation([&](void* tag) { exchange.Request(tag); })) co_return;   // the server is going down
//   co_await chain.Serve(*method.route, exchange.call(), exchange, arrived);
//   co_await exchange.done();                                                        // gRPC lets go of it
//
// Belongs to its queue's thread. What it is given outlives it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <optional>

#include "common/rpc/call.h"
#include "common/rpc/call_chain.h"
#include "common/rpc/limits.h"
#include "common/rpc/queue.h"
#include "common/rpc/raw_service.h"
#include "common/rpc/stream_writer.h"

namespace nwd::rpc {

// One method as gRPC knows it.
struct Method {
  const Route* route;
  RawService* service;
  int index;
};

// Tells a call that its caller has gone, and its coroutine that gRPC is done with the context.
class Done final : public Tag {
 public:
  Done(grpc::ServerContext& context, Call& call);
  void Complete(bool ok) override;
  bool await_ready() const { return done_; }
  void await_suspend(std::coroutine_handle<> handle) { waiter_ = handle; }
  void await_resume() const {}

 private:
  grpc::ServerContext& context_;
  Call& call_;
  bool done_ = false;
  std::coroutine_handle<> waiter_;
};

// What both kinds have.
class GrpcExchange : public Exchange {
 public:
  Call& call() { return call_; }
  Done& done() { return done_; }
  PeerFacts Peer() const override;
  absl::Status Parse(Message& request) override;

 protected:
  GrpcExchange(const Method& method, Queue& queue, const Clock& clock);

  const Method method_;
  Queue& queue_;
  grpc::ServerContext context_;
  grpc::ByteBuffer bytes_;

 private:
  Call call_;
  Done done_;
};

class UnaryExchange final : public GrpcExchange {
 public:
  UnaryExchange(const Method& method, Queue& queue, CallChain& chain, const Limits& limits);
  // Completes `tag` with the first call that comes, or with false when the server goes down.
  void Request(void* tag);
  RawWriter* stream() override { return nullptr; }
  async::Task<void> Answer(const absl::Status& status, const Message* response) override;

 private:
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder_;
};

class StreamExchange final : public GrpcExchange {
 public:
  StreamExchange(const Method& method, Queue& queue, CallChain& chain, const Limits& limits);
  void Request(void* tag);  // as above
  RawWriter* stream() override;
  async::Task<void> Answer(const absl::Status& status, const Message* response) override;

 private:
  grpc::ServerAsyncWriter<grpc::ByteBuffer> responder_;
  metrics::GrpcServerMetrics::Method& figures_;
  const Limits& limits_;
  std::optional<StreamWriter> writer_;  // from the first response on: it looks after the stream by a timer
};

}  // namespace nwd::rpc
