// The yardstick: a bare gRPC server on the same queues, with mutual TLS and nothing of the chain: no identity, no
// access, no limits, no metrics, no log. It answers each request with as many bytes as it is told to, so that messages
// are of the measured call's size.
//
//   nwd-bench-echo --tls FOLDER --trust-domain hub.local        prints "listening PORT" and serves until SIGTERM
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <iostream>

#include "absl/synchronization/mutex.h"
#include "common/async/task.h"
#include "common/config/config.h"
#include "common/rpc/queue.h"
#include "common/rpc/raw_service.h"
#include "common/rpc/wire.h"
#include "common/tls/certificate_store.h"
#include "common/tls/credentials.h"
#include "common/tls/openssl_policy.h"
#include "tests/bench/bench_echo.pb.h"

namespace nwd::bench {
namespace {

constexpr int kPending = 64;

async::internal::Detached Serve(rpc::RawService& service, rpc::Queue& queue) {
  grpc::ServerContext context;
  grpc::ByteBuffer bytes;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> responder(&context);
  const bool accepted = co_await rpc::Operation(
      [&](void* tag) { service.RequestUnary(0, &context, &bytes, &responder, queue.server_cq(), tag); });
  if (!accepted) co_return;
  Serve(service, queue);
  PadRequest request;
  PadResponse response;
  if (rpc::Parse(bytes, request).ok()) response.set_padding(std::string(request.answer_bytes(), 'x'));
  co_await queue.EndOfRound();
  co_await rpc::Operation([&](void* tag) { responder.Finish(rpc::Serialize(response), grpc::Status::OK, tag); });
}

int Run(int argc, char** argv) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);                           // before any thread starts
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the services do
  if (const absl::Status status = tls::RequireTls13(); !status.ok()) return std::cerr << status.message() << "\n", 2;
  std::string folder;
  std::string address = "127.0.0.1:0";
  std::string trust_domain;
  config::Options options("nwd-bench-echo", "The benchmarks' yardstick.");
  options.Add("--tls", &folder, "Folder with tls.crt, tls.key and ca.crt").Required();
  options.Add("--listen", &address, "Address to listen on");
  options.Add("--trust-domain", &trust_domain, "Trust domain of the certificates").Required();
  if (const auto code = options.Parse(argc, argv)) return *code;
  auto certificates = tls::CertificateStore::Open({.folder = folder, .trust_domain = trust_domain});
  if (!certificates.ok()) return std::cerr << certificates.status().message() << "\n", 2;

  rpc::RawService service(*PadRequest::descriptor()->file()->service(0));
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, tls::Credentials(*certificates).Server(), &port);
  builder.RegisterService(&service);
  std::vector<std::unique_ptr<rpc::Queue>> queues;
  for (int i = 0; i < rpc::DefaultQueues(); ++i) {
    queues.push_back(std::make_unique<rpc::Queue>(builder.AddCompletionQueue()));
  }
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return 2;
  for (auto& queue : queues) {
    for (int i = 0; i < kPending; ++i) Serve(service, *queue);
    queue->Start();
  }
  std::printf("listening %d\n", port);
  std::fflush(stdout);
  int signal_number = 0;
  sigwait(&stop, &signal_number);
  server->Shutdown();
  for (auto& queue : queues) queue->Stop();
  return 0;
}

}  // namespace
}  // namespace nwd::bench

int main(int argc, char** argv) { return nwd::bench::Run(argc, argv); }
