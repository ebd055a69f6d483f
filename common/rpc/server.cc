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
#include "common/rpc/grpc_exchange.h"
#include "common/rpc/health.h"
#include "common/rpc/limits.h"
#include "common/rpc/listen_problem.h"
#include "common/rpc/queue.h"
#include "common/rpc/raw_service.h"
#include "common/rpc/reflection_guard.h"

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

  // Where it listens, who may reflect, and how long connections, how large messages may be.
  void SetListening(grpc::ServerBuilder& builder);
  // Every method of the router, under its service.
  void AddRoutes(grpc::ServerBuilder& builder, const Router& router);
  void AddQueues(grpc::ServerBuilder& builder);
  // Waits for one call of the method, serves it, and is done.
  template <class GrpcExchange>
  async::internal::Detached Serve(const Method& method, Queue& queue);
  // Is there for one more call.
  void Await(const Method& method, Queue& queue) {
    method.route->stream ? Serve<StreamExchange>(method, queue) : Serve<UnaryExchange>(method, queue);
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

void Server::State::SetListening(grpc::ServerBuilder& builder) {
  if (options.reflection) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> guards;
    guards.push_back(std::make_unique<ReflectionGuard>(*options.registry, options.trust_domain));
    builder.experimental().SetInterceptorCreators(std::move(guards));
  } else {
    builder.SetOption(std::make_unique<WithoutReflection>());
  }
  builder.AddListeningPort(options.address, options.credentials, &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a second process on the port shall fail, not share it
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kCallsPerConnectionMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(options.limits.connection_age_max)));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(options.limits.connection_age_grace)));
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
}

void Server::State::AddRoutes(grpc::ServerBuilder& builder, const Router& router) {
  std::map<const google::protobuf::ServiceDescriptor*, RawService*> by_descriptor;
  for (const auto& route : router.routes()) {
    RawService*& service = by_descriptor[route->method->service()];
    if (service == nullptr) {
      services.push_back(std::make_unique<RawService>(*route->method->service()));
      service = services.back().get();
      builder.RegisterService(service);
    }
    methods.push_back({route.get(), service, route->method->index()});
  }
}

void Server::State::AddQueues(grpc::ServerBuilder& builder) {
  const int threads = options.threads > 0 ? options.threads : DefaultQueues();
  for (int i = 0; i < threads; ++i) queues.push_back(std::make_unique<Queue>(builder.AddCompletionQueue()));
}

template <class GrpcExchange>
async::internal::Detached Server::State::Serve(const Method& method, Queue& queue) {
  GrpcExchange exchange(method, queue, chain, options.limits);
  const bool accepted = co_await Operation([&](void* tag) { exchange.Request(tag); });
  if (!accepted) co_return;  // the server is going down; no call was begun
  Outstanding::Guard guard(calls);
  const absl::Time arrived = absl::Now();
  Await(method, queue);  // another may come meanwhile
  co_await queue.EndOfRound();
  co_await chain.Serve(*method.route, exchange.call(), exchange, arrived);
  co_await exchange.done();
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
  state->SetListening(builder);
  state->AddRoutes(builder, router);
  state->AddQueues(builder);
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || state->port == 0) {
    return absl::FailedPreconditionError(
        Cat("cannot listen on ", state->options.address, ": ", ListenProblem(state->options.address)));
  }
  for (auto& queue : state->queues) {
    for (const auto& method : state->methods) {
      for (int i = 0; i < kPendingRequestsPerMethod; ++i) state->Await(method, *queue);
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
