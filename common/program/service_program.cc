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
#include "common/audit/audit_service.h"
#include "common/audit/log.h"
#include "common/audit/log_pages.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/steady.h"
#include "common/base/strings.h"
#include "common/files/data_folder.h"
#include "common/http/operations.h"
#include "common/log/log.h"
#include "common/metrics/process_metrics.h"
#include "common/program/backups.h"
#include "common/program/kept_clock.h"
#include "common/program/log_metrics.h"
#include "common/program/store_metrics.h"
#include "common/program/store_watch.h"
#include "common/tls/certificate_store.h"
#include "common/tls/credentials.h"
#include "common/tls/openssl_policy.h"
#include "common/tokens/tokens.h"
#include "google/protobuf/stubs/logging.h"

namespace nwd::program {
namespace {

constexpr int kExitMistake = 2;
constexpr int kExitDrainLate = 3;
constexpr char kStarting[] = "starting";
constexpr char kDraining[] = "draining";
constexpr char kStoreFailed[] = "store failed";
constexpr absl::Duration kStoreLook = absl::Seconds(1);
constexpr absl::Duration kDrainMin = absl::ZeroDuration(), kDrainMax = absl::Minutes(10);

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

// Of what Protobuf says only what ends the process is kept, without its words: the rest is a caller's text that is not
// UTF-8, which the answer says.
void ForwardProtobufLog(google::protobuf::LogLevel level, const char* file, int line, const std::string&) {
  if (level < google::protobuf::LOGLEVEL_FATAL) return;
  log::Line(log::Level::kError, "protobuf.log").Str("file", file).Int("line", line).Emit();
  log::Flush();
}

// Signals that stop the service are taken by main alone, in Wait.
sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// Before any thread starts, so that all inherit it.
void PrepareProcess() {
  const sigset_t stop = StopSignals();
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // Debian builds Abseil with its search for lock cycles switched on: every lock of ours and of gRPC's would go through
  // one graph under one lock. Tests keep it.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

void WaitForStopSignal() {
  const sigset_t stop = StopSignals();
  int signal_number = 0;
  sigwait(&stop, &signal_number);
}

}  // namespace

using Stores = std::map<std::string, store::Store*>;

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
  bool accept_clock = false;
  absl::Duration drain = absl::Seconds(20);
  std::map<std::string, config::HostPort> peers;

  std::optional<facts::Facts> facts;
  std::optional<crypto::HubKey> hub_key;
  std::shared_ptr<tls::CertificateStore> certificates;
  std::optional<tls::Credentials> credentials;
  std::map<std::string, std::unique_ptr<rpc::Client>> clients;
  // Shared with the certificates, which connections may keep alive.
  std::shared_ptr<access::Registry> registry = std::make_shared<access::Registry>();
  metrics::Registry metrics;
  KeptClock clock{SystemClock::Get(), metrics};
  http::Readiness readiness{{kStarting}};
  std::unique_ptr<http::HttpServer> http;
  std::unique_ptr<audit::Log> audit_log;
  Backups backups;

  // The steps of Configure, in their order.
  absl::Status StartLog();
  absl::Status CheckOptions();
  absl::Status OpenCertificates();
  absl::Status LoadFacts();
  absl::Status LoadHubKey();
  absl::Status OpenData();

  // Those of Run.
  absl::Status MarkStores(const Stores& stores) const;
  std::vector<metrics::Registration> AddFigures(const Stores& stores);
  absl::StatusOr<std::unique_ptr<rpc::Server>> StartServer(const Parts& parts, rpc::Router& router);
  async::Task<void> WatchClock(store::Store& kept_in, rpc::Stop& stop);
  async::Task<void> WatchStores(const Stores& stores, rpc::Server& server, rpc::Stop& stop);
  void SayReady(const rpc::Server& server) const;
  void DrainOrEnd(rpc::Server& server);
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
  state.options.Add("--accept-clock", &state.accept_clock,
                    "Believe the machine's clock, though it lies behind a time that this service has seen");
  state.backups.AddOptions(state.options);
  state.options.Add("--drain", &state.drain, "Time given to calls in flight when stopping").Range(kDrainMin, kDrainMax);
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
  PrepareProcess();
  if (const auto code = state.options.Parse(argc, argv)) return code;
  for (const auto step : {&State::StartLog, &State::CheckOptions, &State::OpenCertificates, &State::LoadFacts,
                          &State::LoadHubKey, &State::OpenData}) {
    if (const absl::Status done = (state.*step)(); !done.ok()) return Fail(done);
  }
  for (const auto& [name, address] : state.peers) {
    state.clients[name] = std::make_unique<rpc::Client>(address.ToString(), state.credentials->Channel(name));
  }
  state.http = std::make_unique<http::HttpServer>(
      http::HttpServer::Options{.address = state.http_listen.host, .port = state.http_listen.port});
  return std::nullopt;
}

absl::Status ServiceProgram::State::StartLog() {
  log::Level level = log::Level::kInfo;
  log::ParseLevel(log_level, &level);
  NWD_RETURN_IF_ERROR(log::Init({.program = Cat("nwd-", service), .level = level, .file = {}, .receiver = {}}));
  gpr_set_log_function(ForwardGrpcLog);
  google::protobuf::SetLogHandler(ForwardProtobufLog);
  return absl::OkStatus();
}

// What no option's own rule can tell.
absl::Status ServiceProgram::State::CheckOptions() {
  if (!tls::IsTrustDomain(trust_domain)) {
    return absl::InvalidArgumentError(
        Cat("--trust-domain '", trust_domain, "' is not a trust domain: lower-case letters, digits, '.', '-' and '_'"));
  }
  if (listen.port != 0 && listen.ToString() == http_listen.ToString()) {
    return absl::InvalidArgumentError(
        Cat("--listen and --http are both ", listen.ToString(), ": give one of them another port"));
  }
  return absl::OkStatus();
}

absl::Status ServiceProgram::State::OpenCertificates() {
  const auto revoked = [into = registry](const std::vector<std::string>& serials) { into->SetRevoked(serials); };
  NWD_ASSIGN_OR_RETURN(certificates, tls::CertificateStore::Open(
                                         {.folder = tls_folder, .trust_domain = trust_domain, .on_revoked = revoked}));
  const tls::Identity& me = certificates->identity();
  if (!me.is_service() || me.name != service) {
    return absl::FailedPreconditionError(
        Cat("the certificate in ", tls_folder, " is for ", me.Uri(), "; give one for the service ", service));
  }
  credentials.emplace(certificates);
  return absl::OkStatus();
}

absl::Status ServiceProgram::State::LoadFacts() {
  auto loaded = facts::Facts::Load(facts_folder);
  if (!loaded.ok()) {
    return absl::FailedPreconditionError(
        Cat(StdView(loaded.status().message()), "; --facts names the folder of reference data (deploy/data)"));
  }
  facts.emplace(*std::move(loaded));
  return absl::OkStatus();
}

absl::Status ServiceProgram::State::LoadHubKey() {
  NWD_ASSIGN_OR_RETURN(auto key, crypto::HubKey::FromFile(hub_key_file, crypto::HubKey::IfMissing::kFail));
  hub_key.emplace(std::move(key));
  return absl::OkStatus();
}

absl::Status ServiceProgram::State::OpenData() {
  NWD_RETURN_IF_ERROR(files::OpenDataFolder(data, service, *hub_key));
  return backups.Open(service, data);
}

absl::Status ServiceProgram::TakeUpRestore(store::Store& data) {
  return state_->backups.TakeUp(data, *state_->hub_key);
}
uint32_t ServiceProgram::epoch() const { return state_->backups.epoch(); }
const backup::Plan* ServiceProgram::restore() const { return state_->backups.plan(); }

absl::StatusOr<backup::Made> ServiceProgram::MakeBackup(store::Store& data, store::Store& keys) const {
  return state_->backups.Make(data, keys, *state_->audit_log);
}

absl::StatusOr<std::optional<absl::Time>> ServiceProgram::OldestKeyBackup() const {
  return state_->backups.OldestOfKeys();
}

std::string ServiceProgram::Folder(const std::string& name) const { return state_->data + "/" + name; }
const std::string& ServiceProgram::facts_folder() const { return state_->facts_folder; }
const facts::Facts& ServiceProgram::facts() const { return *state_->facts; }
const crypto::HubKey& ServiceProgram::hub_key() const { return *state_->hub_key; }

absl::StatusOr<crypto::HubKey> ServiceProgram::ReadHubKey() const {
  NWD_ASSIGN_OR_RETURN(auto key, crypto::HubKey::FromFile(state_->hub_key_file, crypto::HubKey::IfMissing::kFail));
  if (key.SameRoot(*state_->hub_key)) return key;
  return absl::FailedPreconditionError(Cat("the hub's key file ", state_->hub_key_file,
                                           " has another first line than when this program started; restore it from "
                                           "its backup"));
}

access::Registry& ServiceProgram::registry() { return *state_->registry; }
metrics::Registry& ServiceProgram::metrics() { return state_->metrics; }
http::HttpServer& ServiceProgram::http() { return *state_->http; }
const Clock& ServiceProgram::clock() const { return state_->clock; }
const std::string& ServiceProgram::trust_domain() const { return state_->trust_domain; }

rpc::Client& ServiceProgram::Peer(const std::string& service) {
  const auto found = state_->clients.find(service);
  NWD_CHECK(found != state_->clients.end());
  return *found->second;
}

audit::Log& ServiceProgram::AuditLog(store::Store& data, std::vector<std::string> looked_for) {
  State& state = *state_;
  NWD_CHECK(state.audit_log == nullptr);
  state.audit_log = std::make_unique<audit::Log>(audit::Log::Options{.store = data,
                                                                     .hub = state.trust_domain,
                                                                     .service = state.service,
                                                                     .hub_key = *state.hub_key,
                                                                     .looked_for = std::move(looked_for),
                                                                     .metrics = state.metrics});
  return *state.audit_log;
}

// Each is a folder of that name.
absl::Status ServiceProgram::State::MarkStores(const Stores& stores) const {
  std::vector<std::string> names;
  for (const auto& [name, store] : stores) names.push_back(name);
  return files::MarkStores(data, names);
}

std::vector<metrics::Registration> ServiceProgram::State::AddFigures(const Stores& stores) {
  std::vector<metrics::Registration> figures;
  figures.push_back(metrics::AddProcessMetrics(metrics));
  figures.push_back(AddLogMetrics(metrics));
  for (const auto& [name, store] : stores) figures.push_back(AddStoreMetrics(metrics, name, *store));
  if (stores.contains("keys")) figures.push_back(backups.AddMetrics(metrics));
  return figures;
}

absl::StatusOr<std::unique_ptr<rpc::Server>> ServiceProgram::State::StartServer(const Parts& parts,
                                                                                rpc::Router& router) {
  rpc::ServerOptions server;
  server.service = service;
  server.address = listen.ToString();
  server.trust_domain = trust_domain;
  server.credentials = credentials->Server();
  server.registry = registry.get();
  server.metrics = &metrics;
  server.clock = &clock;
  server.reflection = reflection;
  server.on_unknown_identity = parts.on_unknown_identity;
  return rpc::Server::Start(std::move(server), router);
}

// Until it is told to stop. A store that fails makes the service not ready.
async::Task<void> ServiceProgram::State::WatchStores(const Stores& stores, rpc::Server& server, rpc::Stop& stop) {
  StoreWatch watch(stores);
  while (!co_await stop.WaitUntil(absl::Now() + kStoreLook)) {
    if (watch.Healthy()) continue;
    readiness.Set(kStoreFailed);
    server.SetServing(false);
  }
}

async::Task<void> ServiceProgram::State::WatchClock(store::Store& kept_in, rpc::Stop& stop) {
  do {
    // By name: made among the arguments, in a loop whose condition awaits, g++ 12 loses its way and the loop never ends.
    const absl::Time steady = SteadyNow();
    co_await clock.Look(kept_in, steady);
  } while (!co_await stop.WaitUntil(absl::Now() + kClockLook));
}

void ServiceProgram::State::SayReady(const rpc::Server& server) const {
  log::Line(log::Level::kInfo, "service.ready").Int("grpc_port", server.port()).Int("http_port", http->port()).Emit();
  std::printf("{\"ready\":true,\"service\":\"%s\",\"grpc_port\":%d,\"http_port\":%d}\n", service.c_str(), server.port(),
              http->port());
  std::fflush(stdout);
}

// Ends the process where something still runs and may touch the stores: as in a crash, which they are made for, closing
// nothing.
void ServiceProgram::State::DrainOrEnd(rpc::Server& server) {
  log::Line(log::Level::kInfo, "service.draining").Emit();
  readiness.Set(kDraining);
  if (server.Drain(drain)) return;
  log::Line(log::Level::kError, "service.drain_late").Emit();
  log::Flush();
  std::_Exit(kExitDrainLate);
}

int ServiceProgram::Run(const Parts& parts, const Stores& stores) {
  State& state = *state_;
  store::Store& data = *stores.at("data");
  if (const absl::Status taken = state.clock.TakeUp(data, state.accept_clock); !taken.ok()) return Fail(taken);
  // The log first: it is signed, empty, before anything is in it.
  if (state.audit_log == nullptr) AuditLog(data);
  if (const absl::Status taken = state.audit_log->Load(); !taken.ok()) return Fail(taken);
  if (const absl::Status loaded = parts.load(); !loaded.ok()) return Fail(loaded);
  if (const absl::Status marked = state.MarkStores(stores); !marked.ok()) return Fail(marked);
  if (const absl::Status done = state.backups.Finish(stores, *state.audit_log); !done.ok()) return Fail(done);
  const std::vector<metrics::Registration> figures = state.AddFigures(stores);
  http::ServeOperations(*state.http, state.metrics, state.readiness);
  audit::ServeLog(*state.http, *state.audit_log);
  if (const absl::Status started = state.http->Start(); !started.ok()) return Fail(started);
  rpc::Router router;
  parts.add_routes(router);
  audit::AuditService audit_service(
      *state.audit_log, data,
      tokens::Tokens(state.hub_key->Derive(Cat(state.service, "/audit-pages")), state.backups.epoch()));
  audit_service.Register(router);
  auto server = state.StartServer(parts, router);
  if (!server.ok()) return Fail(server.status());
  forward_grpc_log = true;
  parts.start_background(**server);
  (*server)->Background([&](rpc::Stop& stop) { return state.WatchClock(data, stop); });
  (*server)->Background([&](rpc::Stop& stop) { return state.WatchStores(stores, **server, stop); });
  (*server)->Background([&](rpc::Stop& stop) { return state.backups.LetGo(stop); });
  (*server)->Background([&](rpc::Stop& stop) { return state.audit_log->Run(stop); });
  (*server)->Background([&](rpc::Stop& stop) { return state.audit_log->CheckOnce(stop); });
  state.readiness.Clear(kStarting);
  state.SayReady(**server);
  WaitForStopSignal();
  state.DrainOrEnd(**server);
  state.http->Stop();
  state.audit_log.reset();
  state.clients.clear();
  log::Line(log::Level::kInfo, "service.stopped").Emit();
  log::Flush();
  return 0;
}

}  // namespace nwd::program
