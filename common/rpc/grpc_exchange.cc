#include "common/rpc/grpc_exchange.h"

#include "common/rpc/peer.h"
#include "common/rpc/wire.h"

namespace nwd::rpc {

Done::Done(grpc::ServerContext& context, Call& call) : context_(context), call_(call) {
  context.AsyncNotifyWhenDone(static_cast<Tag*>(this));
}

void Done::Complete(bool) {
  done_ = true;
  if (context_.IsCancelled()) call_.Cancel();
  if (waiter_) waiter_.resume();
}

GrpcExchange::GrpcExchange(const Method& method, Queue& queue, const Clock& clock)
    : method_(method), queue_(queue), call_(*method.route->method, method.route->rule, clock), done_(context_, call_) {}

PeerFacts GrpcExchange::Peer() const { return FactsOf(context_); }

absl::Status GrpcExchange::Parse(Message& request) { return rpc::Parse(bytes_, request); }

UnaryExchange::UnaryExchange(const Method& method, Queue& queue, CallChain& chain, const Limits&)
    : GrpcExchange(method, queue, chain.clock()), responder_(&context_) {}

void UnaryExchange::Request(void* tag) {
  method_.service->RequestUnary(method_.index, &context_, &bytes_, &responder_, queue_.server_cq(), tag);
}

async::Task<void> UnaryExchange::Answer(const absl::Status& status, const Message* response) {
  co_await queue_.EndOfRound();
  co_await Operation([&](void* tag) {
    if (status.ok()) {
      responder_.Finish(Serialize(*response), grpc::Status::OK, tag);
    } else {
      responder_.FinishWithError(ToGrpc(status), tag);
    }
  });
}

StreamExchange::StreamExchange(const Method& method, Queue& queue, CallChain& chain, const Limits& limits)
    : GrpcExchange(method, queue, chain.clock()),
      responder_(&context_),
      figures_(chain.MetricsOf(*method.route)),
      limits_(limits) {}

void StreamExchange::Request(void* tag) {
  method_.service->RequestStream(method_.index, &context_, &bytes_, &responder_, queue_.server_cq(), tag);
}

RawWriter* StreamExchange::stream() { return &writer_.emplace(context_, responder_, figures_, queue_, limits_); }

async::Task<void> StreamExchange::Answer(const absl::Status& status, const Message*) {
  co_await Operation([&](void* tag) { responder_.Finish(ToGrpc(status), tag); });
}

}  // namespace nwd::rpc
