#include "common/rpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include <thread>

#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/rpc/background.h"
#include "common/rpc/call_chain.h"
#include "common/rpc/health.h"
#include "common/rpc/limits.h"
#include "common/rpc/peer.h"
#include "common/rpc/queue.h"
#include "common/rpc/raw_service.h"
#include "common/rpc/stream_writer.h"
#include "common/rpc/wire.h"

namespace nwd::rpc {
namespace {

// A server that shuts down waits for its callers to hang up, and one that is asleep does not: when no call is left, its
// connections are closed. Again and again until the server is down: a caller may have come just before.
void HangUpWhenIdle(grpc::Server& server, Outstanding& calls, const std::atomic<bool>& down, absl::Time deadline) {
  while (!down && calls.WaitForNone(deadline)) {
    absl::SleepFor(kLastAnswers);
    if (down || !calls.WaitForNone(absl::Now())) continue;
    grpc_server_cancel_all_calls(server.c_server());
    if (absl::Now() > deadline) return;
  }
}

// Tells a call that its caller has gone, and its coroutine that gRPC is done with the context.
class Done final : public Tag {
 public:
  Done(grpc::ServerContext& context, Call& call) : context_(context), call_(call) {}
  void Complete(bool) override {
    done_ = true;
    if (context_.IsCancelled()) call_.Cancel();
    if (waiter_) waiter_.resume();
  }
  bool await_ready() const { return done_; }
  void await_suspend(std::coroutine_handle<> handle) { waiter_ = handle; }
  void await_resume() const {}

 private:
  grpc::ServerContext& context_;
  Call& call_;
  bool done_ = false;
  std::coroutine_handle<> waiter_;
};

// The reflection plugin switches itself on for every builder of a process that links it; this takes it from one.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    std::erase_if(*plugins, [](const auto& plugin) { return plugin->name() == "proto_server_reflection"; });
  }
};

}  // namespace

struct Server::State {
  State(ServerOptions given, Router& routes)
      : options(std::move(given)), chain(options, WithHealth(routes), draining) {}

  const Router& WithHealth(Router& router) {
    health.Register(router);
    return router;
  }

  // One method as gRPC knows it.
  struct Method {
    const Route* route;
    RawService* service;
    int index;
  };

  async::internal::Detached ServeUnary(const Method& method, Queue& queue);
  async::internal::Detached ServeStream(const Method& method, Queue& queue);
  void Serve(const Method& method, Queue& queue) {
    method.route->stream ? ServeStream(method, queue) : ServeUnary(method, queue);
  }

  ServerOptions options;
  Health health;
  std::atomic<bool> draining{false};
  CallChain chain;
  std::vector<std::unique_ptr<RawService>> services;
  std::vector<Method> methods;
  std::vector<std::unique_ptr<Queue>> queues;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  BackgroundWork background;
  Outstanding calls;
  size_t next_queue = 0;
};

async::internal::Detached Server::State::ServeUnary(const Method& method, Queue& queue) {
  const Route& route = *method.route;
  grpc::ServerContext context;
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder(&context);
  Call call(*route.method, route.rule, chain.clock());
  Done done(context, call);
  context.AsyncNotifyWhenDone(static_cast<Tag*>(&done));
  const bool accepted = co_await Operation([&](void* tag) {
    method.service->RequestUnary(method.index, &context, &bytes, &responder, queue.server_cq(), tag);
  });
  if (!accepted) co_return;  // the server is going down; no call was begun
  Outstanding::Guard guard(calls);
  Serve(method, queue);  // another may come meanwhile

  const absl::Time start = absl::Now();
  auto& figures = chain.MetricsOf(route);
  figures.Started();
  Limiter::Ticket ticket;
  std::unique_ptr<Message> request(route.request_prototype->New());
  std::unique_ptr<Message> response(route.response_prototype->New());
  const PeerFacts peer = FactsOf(context);
  absl::Status status = co_await chain.Admit(route, peer, call, ticket);
  if (status.ok()) status = Parse(bytes, *request);
  bytes.Clear();
  if (status.ok()) {
    figures.Received();
    status = co_await chain.RunUnary(route, call, *request, *response);
  }
  co_await Operation([&](void* tag) {
    if (status.ok()) {
      figures.Sent();
      responder.Finish(Serialize(*response), grpc::Status::OK, tag);
    } else {
      responder.FinishWithError(ToGrpc(status), tag);
    }
  });
  chain.Finished(route, call, status, absl::Now() - start);
  co_await done;
}

async::internal::Detached Server::State::ServeStream(const Method& method, Queue& queue) {
  const Route& route = *method.route;
  grpc::ServerContext context;
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncWriter<grpc::ByteBuffer> responder(&context);
  Call call(*route.method, route.rule, chain.clock());
  Done done(context, call);
  context.AsyncNotifyWhenDone(static_cast<Tag*>(&done));
  const bool accepted = co_await Operation([&](void* tag) {
    method.service->RequestStream(method.index, &context, &bytes, &responder, queue.server_cq(), tag);
  });
  if (!accepted) co_return;
  Outstanding::Guard guard(calls);
  Serve(method, queue);

  const absl::Time start = absl::Now();
  auto& figures = chain.MetricsOf(route);
  figures.Started();
  Limiter::Ticket ticket;
  std::unique_ptr<Message> request(route.request_prototype->New());
  const PeerFacts peer = FactsOf(context);
  absl::Status status = co_await chain.Admit(route, peer, call, ticket);
  if (status.ok()) status = Parse(bytes, *request);
  if (status.ok()) {
    figures.Received();
    StreamWriter writer(context, responder, figures, queue, options.limits);
    status = co_await chain.RunStream(route, call, *request, writer);
  }
  co_await Operation([&](void* tag) { responder.Finish(ToGrpc(status), tag); });
  chain.Finished(route, call, status, absl::Now() - start);
  co_await done;
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  // What still runs goes on in memory that is never given back: better than in memory that is somebody else's.
  if (!Drain(absl::ZeroDuration())) (void)state_.release();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, Router& router) {
  auto state = std::make_unique<State>(std::move(options), router);
  absl::Status complete = router.Check();
  if (!complete.ok()) return complete;
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();  // for every builder made from now on
  grpc::ServerBuilder builder;
  if (!state->options.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  builder.AddListeningPort(state->options.address, state->options.credentials, &state->port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a second process on the port shall fail, not share it
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kCallsPerConnectionMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(state->options.limits.connection_age_max)));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(state->options.limits.connection_age_grace)));
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  std::map<const google::protobuf::ServiceDescriptor*, RawService*> services;
  for (const auto& route : router.routes()) {
    RawService*& service = services[route->method->service()];
    if (service == nullptr) {
      state->services.push_back(std::make_unique<RawService>(*route->method->service()));
      service = state->services.back().get();
      builder.RegisterService(service);
    }
    state->methods.push_back({route.get(), service, route->method->index()});
  }
  const int threads = state->options.threads > 0 ? state->options.threads : DefaultQueues();
  for (int i = 0; i < threads; ++i) state->queues.push_back(std::make_unique<Queue>(builder.AddCompletionQueue()));
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || state->port == 0) {
    return absl::FailedPreconditionError(
        Cat("cannot listen on ", state->options.address,
            ": another program holds that port, or the address is not this machine's"));
  }
  for (auto& queue : state->queues) {
    for (const auto& method : state->methods) {
      for (int i = 0; i < kPendingRequestsPerMethod; ++i) state->Serve(method, *queue);
    }
  }
  for (auto& queue : state->queues) queue->Start();
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

int Server::port() const { return state_->port; }

void Server::SetServing(bool serving) { state_->health.SetServing(serving); }

void Server::Background(std::function<async::Task<void>(Stop&)> work) {
  Queue& queue = *state_->queues[state_->next_queue++ % state_->queues.size()];
  state_->background.Start(queue, std::move(work));
}

bool Server::Drain(absl::Duration patience) {
  State& state = *state_;
  if (state.server == nullptr) return true;
  const absl::Time cancelled = absl::Now() + patience;
  SetServing(false);
  state.draining = true;
  state.background.stop().Request();
  // Takes no new call; waits for those in flight, and cancels what is left when the patience is over.
  std::atomic<bool> down = false;
  std::thread hang_up([&] { HangUpWhenIdle(*state.server, state.calls, down, cancelled); });
  state.server->Shutdown(absl::ToChronoTime(cancelled));
  down = true;
  hang_up.join();
  const absl::Time deadline = cancelled + state.options.limits.drain_grace;
  if (!state.calls.WaitForNone(deadline) || !state.background.WaitForEnd(deadline)) return false;
  for (auto& queue : state.queues) queue->Stop();
  state.server.reset();
  return true;
}

}  // namespace nwd::rpc
