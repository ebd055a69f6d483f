#include "common/program/service_program.h"

#include <grpc/support/log.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/http/operations.h"
#include "common/log/log.h"
#include "common/metrics/process_metrics.h"
#include "common/program/data_folder.h"
#include "common/program/log_metrics.h"
#include "common/program/store_metrics.h"
#include "common/program/store_watch.h"
#include "common/tls/certificate_store.h"
#include "common/tls/credentials.h"
#include "common/tls/openssl_policy.h"

namespace nwd::program {
namespace {

constexpr int kExitMistake = 2;
constexpr int kExitDrainLate = 3;
constexpr char kStarting[] = "starting";
constexpr char kDraining[] = "draining";
constexpr char kStoreFailed[] = "store failed";
constexpr absl::Duration kStoreLook = absl::Seconds(1);

// gRPC's own messages go to our log; they name addresses and files, never content.
// Until the service is up, what is wrong is said in one sentence of ours.
std::atomic<bool> forward_grpc_log = false;

void ForwardGrpcLog(gpr_log_func_args* args) {
  if (args->severity < GPR_LOG_SEVERITY_ERROR || !forward_grpc_log) return;
  log::Line(log::Level::kWarning, "grpc.log")
      .Str("message", args->message)
      .Str("file", args->file)
      .Int("line", args->line)
      .Emit();
}

// Signals that stop the service are taken by main alone, in Wait.
sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

struct ServiceProgram::State {
  State(const std::string& name, const std::string& about) : service(name), options(Cat("nwd-", name), about) {}

  const std::string service;
  config::Options options;
  config::HostPort listen;
  config::HostPort http_listen;
  std::string data;
  std::string tls_folder;
  std::string trust_domain = "hub.local";
  std::string hub_key_file;
  std::string facts_folder;
  std::string log_level = "info";
  bool reflection = true;
  absl::Duration drain = absl::Seconds(20);
  std::map<std::string, config::HostPort> peers;

  std::optional<crypto::HubKey> hub_key;
  std::shared_ptr<tls::CertificateStore> certificates;
  std::optional<tls::Credentials> credentials;
  std::map<std::string, std::unique_ptr<rpc::Client>> clients;
  access::Registry registry;
  metrics::Registry metrics;
  http::Readiness readiness{{kStarting}};
  std::unique_ptr<http::HttpServer> http;
};

ServiceProgram::ServiceProgram(const std::string& service, const std::string& about, DefaultPorts ports)
    : state_(std::make_unique<State>(service, about)) {
  State& state = *state_;
  state.listen = {"127.0.0.1", ports.grpc_port};
  state.http_listen = {"127.0.0.1", ports.http_port};
  state.options.Add("--listen", &state.listen, "Address for gRPC");
  state.options.Add("--http", &state.http_listen, "Address for metrics and health over HTTP");
  state.options.Add("--data", &state.data, "Folder this service keeps its data in").Required();
  state.options.Add("--tls", &state.tls_folder, "Folder with tls.crt, tls.key and ca.crt").Required();
  state.options.Add("--trust-domain", &state.trust_domain, "SPIFFE trust domain of the hub");
  state.options.Add("--hub-key", &state.hub_key_file, "File with the hub's key").Required();
  state.options.Add("--facts", &state.facts_folder, "Folder with reference data (deploy/data)")
      .Required()
      .ExistingFolder();
  state.options.Add("--log-level", &state.log_level, "debug, info, warning or error")
      .OneOf({"debug", "info", "warning", "error"});
  state.options.Add("--reflection", &state.reflection, "Offer gRPC reflection");
  state.options.Add("--drain", &state.drain, "Time given to calls in flight when stopping");
}

ServiceProgram::~ServiceProgram() = default;

config::Options& ServiceProgram::options() { return state_->options; }

void ServiceProgram::AddPeer(const std::string& service, int default_port) {
  config::HostPort& address = state_->peers[service];
  address = {"127.0.0.1", default_port};
  state_->options.Add(Cat("--", service), &address, Cat("Address of the ", service, " service"));
}

int ServiceProgram::Fail(const absl::Status& status) const {
  log::Flush();
  std::cerr << "nwd-" << state_->service << ": " << status.message() << "\n";
  return kExitMistake;
}

std::optional<int> ServiceProgram::Configure(int argc, char** argv) {
  State& state = *state_;
  // First of all, before anything touches OpenSSL or starts a thread.
  if (const absl::Status status = tls::RequireTls13(); !status.ok()) return Fail(status);
  const sigset_t stop = StopSignals();
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Debian builds Abseil with its search for lock cycles switched on: every lock of ours and of gRPC's would go through
  // one graph under one lock. Tests keep it.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);

  if (const auto code = state.options.Parse(argc, argv)) return code;
  log::Level level = log::Level::kInfo;
  log::ParseLevel(state.log_level, &level);
  if (const absl::Status status =
          log::Init({.program = Cat("nwd-", state.service), .level = level, .file = {}, .receiver = {}});
      !status.ok()) {
    return Fail(status);
  }
  gpr_set_log_function(ForwardGrpcLog);

  auto certificates = tls::CertificateStore::Open({.folder = state.tls_folder, .trust_domain = state.trust_domain});
  if (!certificates.ok()) return Fail(certificates.status());
  state.certificates = *certificates;
  const tls::Identity& me = state.certificates->identity();
  if (!me.is_service() || me.name != state.service) {
    return Fail(absl::FailedPreconditionError(Cat("the certificate in ", state.tls_folder, " is for ", me.Uri(),
                                                  "; give one for the service ", state.service)));
  }
  auto hub_key = crypto::HubKey::FromFile(state.hub_key_file, crypto::HubKey::IfMissing::kFail);
  if (!hub_key.ok()) return Fail(hub_key.status());
  state.hub_key.emplace(*std::move(hub_key));
  state.credentials.emplace(state.certificates);
  for (const auto& [name, address] : state.peers) {
    state.clients[name] = std::make_unique<rpc::Client>(address.ToString(), state.credentials->Channel(name));
  }

  const absl::Status folder = OpenDataFolder(state.data, state.service, *state.hub_key);
  if (!folder.ok()) return Fail(folder);
  state.http = std::make_unique<http::HttpServer>(
      http::HttpServer::Options{.address = state.http_listen.host, .port = state.http_listen.port});
  return std::nullopt;
}

std::string ServiceProgram::Folder(const std::string& name) const { return state_->data + "/" + name; }
const std::string& ServiceProgram::facts_folder() const { return state_->facts_folder; }
const crypto::HubKey& ServiceProgram::hub_key() const { return *state_->hub_key; }
access::Registry& ServiceProgram::registry() { return state_->registry; }
metrics::Registry& ServiceProgram::metrics() { return state_->metrics; }
http::HttpServer& ServiceProgram::http() { return *state_->http; }
const std::string& ServiceProgram::trust_domain() const { return state_->trust_domain; }

rpc::Client& ServiceProgram::Peer(const std::string& service) {
  const auto found = state_->clients.find(service);
  NWD_CHECK(found != state_->clients.end());
  return *found->second;
}

int ServiceProgram::Run(const Parts& parts, const std::map<std::string, store::Store*>& stores) {
  State& state = *state_;
  if (const absl::Status loaded = parts.load(); !loaded.ok()) return Fail(loaded);

  std::vector<metrics::Registration> figures;
  figures.push_back(metrics::AddProcessMetrics(state.metrics));
  figures.push_back(AddLogMetrics(state.metrics));
  for (const auto& [name, store] : stores) figures.push_back(AddStoreMetrics(state.metrics, name, *store));
  http::ServeOperations(*state.http, state.metrics, state.readiness);
  if (const absl::Status started = state.http->Start(); !started.ok()) return Fail(started);

  rpc::Router router;
  parts.add_routes(router);
  rpc::ServerOptions options;
  options.service = state.service;
  options.address = state.listen.ToString();
  options.trust_domain = state.trust_domain;
  options.credentials = state.credentials->Server();
  options.registry = &state.registry;
  options.metrics = &state.metrics;
  options.reflection = state.reflection;
  options.on_unknown_identity = parts.on_unknown_identity;
  auto server = rpc::Server::Start(std::move(options), router);
  if (!server.ok()) return Fail(server.status());
  forward_grpc_log = true;
  parts.start_background(**server);
  (*server)->Background([&](rpc::Stop& stop) -> async::Task<void> {
    StoreWatch watch(stores);
    while (!co_await stop.WaitUntil(absl::Now() + kStoreLook)) {
      if (watch.Healthy()) continue;
      state.readiness.Set(kStoreFailed);
      (*server)->SetServing(false);
    }
  });
  state.readiness.Clear(kStarting);
  log::Line(log::Level::kInfo, "service.ready")
      .Int("grpc_port", (*server)->port())
      .Int("http_port", state.http->port())
      .Emit();
  std::printf("{\"ready\":true,\"service\":\"%s\",\"grpc_port\":%d,\"http_port\":%d}\n", state.service.c_str(),
              (*server)->port(), state.http->port());
  std::fflush(stdout);

  const sigset_t stop = StopSignals();
  int signal_number = 0;
  sigwait(&stop, &signal_number);

  log::Line(log::Level::kInfo, "service.draining").Emit();
  state.readiness.Set(kDraining);
  if (!(*server)->Drain(state.drain)) {
    // Something still runs and may touch the stores: end as in a crash, which they are made for, and close nothing.
    log::Line(log::Level::kError, "service.drain_late").Emit();
    log::Flush();
    std::_Exit(kExitDrainLate);
  }
  state.http->Stop();
  state.clients.clear();
  log::Line(log::Level::kInfo, "service.stopped").Emit();
  log::Flush();
  return 0;
}

}  // namespace nwd::program
