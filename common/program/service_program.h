// The frame of a service's main: everything around its App.
//
//   int main(int argc, char** argv) {
//     program::ServiceProgram program("consent", "Keeps people, consents and records, and decides.",
//                                     {.grpc_port = 7102, .http_port = 9102});
//     program.AddPeer("directory", 7101);
//     if (const std::optional<int> code = program.Configure(argc, argv)) return *code;
//     const auto data = store::RocksStore::Open({.folder = program.Folder("data")});
//     if (!data.ok()) return program.Fail(data.status());
//     if (const absl::Status taken = program.TakeUpRestore(**data); !taken.ok()) return program.Fail(taken);
//     consent::App app({.store = **data, .directory = program.Peer("directory"), ...});
//     return program.Serve(app, {{"data", data->get()}});
//   }
//
// An App has:   absl::Status Load();   void Register(rpc::Router&);   void StartBackground(rpc::Server&);
//               async::Task<absl::Status> OnUnknownIdentity(std::string spiffe_id);
//
// A mistake in options, certificates, keys, folders or ports is one sentence on stderr and exit code 2. Once ready, one
// line of JSON goes to stdout: {"ready":true,"service":"consent","grpc_port":7102,"http_port":9102}. SIGTERM and SIGINT
// drain: not ready, take no new call, finish what is in flight within --drain, then the stores are closed by their
// owner, main. Exit code 0; 3 where something still ran after all that time, so that nothing could be closed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/access/registry.h"
#include "common/backup/restore.h"
#include "common/base/clock.h"
#include "common/config/config.h"
#include "common/crypto/key_file.h"
#include "common/facts/facts.h"
#include "common/http/http_server.h"
#include "common/http/readiness.h"
#include "common/metrics/metrics.h"
#include "common/rpc/client.h"
#include "common/rpc/router.h"
#include "common/rpc/server.h"
#include "common/store/store.h"

namespace nwd::audit {
class Log;
}

namespace nwd::program {

struct DefaultPorts {
  int grpc_port;
  int http_port;
};

class ServiceProgram {
 public:
  ServiceProgram(const std::string& service, const std::string& about, DefaultPorts ports);
  ~ServiceProgram();

  // Before Configure: further options, and the services this one calls.
  config::Options& options();
  void AddPeer(const std::string& service, int default_port);

  // Reads options, then prepares TLS, log, certificates, the hub key and clients. Nothing if all is well; else the exit
  // code.
  std::optional<int> Configure(int argc, char** argv);

  // After Configure:
  std::string Folder(const std::string& name) const;  // <data>/<name>; its parent exists
  const std::string& facts_folder() const;            // reference data, for what only one service needs
  const facts::Facts& facts() const;                  // what all have in common: boroughs, hubs, groups, wages
  const crypto::HubKey& hub_key() const;
  // The hub's key as its file holds it now. FAILED_PRECONDITION where that is another hub's.
  absl::StatusOr<crypto::HubKey> ReadHubKey() const;
  rpc::Client& Peer(const std::string& service);
  // Never goes back, and says so in the log where the machine's does (kept_clock.h). Serve takes it up from the store.
  const Clock& clock() const;
  access::Registry& registry();
  metrics::Registry& metrics();
  http::HttpServer& http();
  const std::string& trust_domain() const;

  // Once the data is open and before anything else touches it: begins the new epoch where it came back from a backup.
  absl::Status TakeUpRestore(store::Store& data);
  // After TakeUpRestore: which epoch the data is in; and what is still to be done to it before the service serves, null where
  // it did not come back from a backup.
  uint32_t epoch() const;
  const backup::Plan* restore() const;
  // Into the folders that the options name. Blocks; thread-safe, one at a time.
  absl::StatusOr<backup::Made> MakeBackup(store::Store& data, store::Store& keys) const;
  // When the oldest backup of people's keys was made that is still where the options say; nothing where there is none.
  // Blocks; thread-safe.
  absl::StatusOr<std::optional<absl::Time>> OldestKeyBackup() const;

  // The service's audit log over its data (common/audit/log.h), for who asks it for proofs of entries of these types.
  // Every service has one: Serve makes it where nobody asked, takes it up, serves it under /audit/ on the port of metrics,
  // and closes it before it returns.
  audit::Log& AuditLog(store::Store& data, std::vector<std::string> looked_for = {});

  // Says why on stderr, in one sentence; the exit code to return.
  int Fail(const absl::Status& status) const;

  // Loads, serves until told to stop, drains. `stores` (by the name that metrics and the log give them, which is that of
  // their folder) are watched: one that fails is said in the log, once, and makes the service not ready.
  template <class App>
  int Serve(App& app, const std::map<std::string, store::Store*>& stores) {
    Parts parts;
    parts.load = [&] { return app.Load(); };
    parts.add_routes = [&](rpc::Router& router) { app.Register(router); };
    parts.start_background = [&](rpc::Server& server) { app.StartBackground(server); };
    parts.on_unknown_identity = [&](std::string identity) { return app.OnUnknownIdentity(std::move(identity)); };
    return Run(parts, stores);
  }

 private:
  struct Parts {
    std::function<absl::Status()> load;
    std::function<void(rpc::Router&)> add_routes;
    std::function<void(rpc::Server&)> start_background;
    std::function<async::Task<absl::Status>(std::string)> on_unknown_identity;
  };
  int Run(const Parts& parts, const std::map<std::string, store::Store*>& stores);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::program
