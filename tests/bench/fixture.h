// A hub of real programs, each its own process, data on disk, two organisations and the sample directory in it; and the
// bare echo beside it.
//
//   bench-jobcentre   registers people, records their consents and records, refers
//   bench-college     answers for the services of the sample feed; checks, reads, receives
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/client.h"
#include "common/rpc/client_runtime.h"
#include "deploy/feed/importer.h"
#include "deploy/hub/clients.h"
#include "deploy/hub/process.h"
#include "deploy/hub/state.h"

namespace nwd::bench {

inline constexpr char kAdmin[] = "hub-office";
inline constexpr char kJobcentre[] = "bench-jobcentre";
inline constexpr char kCollege[] = "bench-college";

// Several connections of one organisation to one service, taken in turn: one connection's transport would serve all
// calls one by one.
class Connections {
 public:
  explicit Connections(std::vector<rpc::Client*> clients) : clients_(std::move(clients)) {}
  rpc::Client& operator[](uint64_t turn) const { return *clients_[turn % clients_.size()]; }

 private:
  std::vector<rpc::Client*> clients_;
};

class Fixture {
 public:
  // Starts in `folder`, which it owns: from nothing, or with `keep` from what an earlier one left there.
  static absl::StatusOr<std::unique_ptr<Fixture>> Start(const std::string& folder, int connections, bool keep);
  // Stops what it started.
  ~Fixture();

  rpc::ClientRuntime& runtime() { return *runtime_; }
  absl::StatusOr<Connections> As(const std::string& organisation, const std::string& service);
  const Connections& Echo() const { return *echo_connections_; }

  const std::string& folder() const { return hub_.folder; }
  const std::string& jobcentre_id() const { return jobcentre_id_; }
  const std::string& college_id() const { return college_id_; }
  // Services that the college answers for; they take referrals without limit.
  const std::vector<std::string>& service_ids() const { return service_ids_; }

  // The college answers for all providers of a feed.
  absl::Status Adopt(const std::string& feed_id);

  pid_t ProcessOf(const std::string& service) const { return hub_.Service(service).process.pid; }
  // Stops a service and starts `command` where it was, which says a line from time to time, for `said`, and "done" at
  // its end; then starts the service again; where that failed it stays stopped. Its calls fail meanwhile.
  absl::Status RunInPlaceOf(const std::string& service, const std::vector<std::string>& command,
                            const std::function<void(const std::string&)>& said);
  // Until the services have little to do: they have followed each other's changes.
  absl::Status AwaitQuiet() const;
  // Kills a service without warning.
  absl::Status Kill(const std::string& service);
  // Starts it again with the command it had; returns how long it took to say that it is ready.
  absl::StatusOr<absl::Duration> Restart(const std::string& service);
  // Seconds of processor time used so far, all threads together, by process: "client" (this program), "echo" and the
  // services.
  std::map<std::string, double> CpuSeconds() const;

 private:
  explicit Fixture(int connections) : connections_(connections) {}
  absl::Status StartHub(const std::string& folder, bool keep);
  absl::Status StartEcho();
  absl::Status Furnish();
  // Made where there is none of that slug.
  absl::StatusOr<std::string> Organisation(const std::string& slug, int kind);

  const int connections_;
  hub::HubState hub_;
  hub::ProcessId echo_;
  std::vector<std::unique_ptr<hub::Clients>> clients_;  // one for each connection
  std::vector<std::unique_ptr<hub::Clients>> echo_clients_;
  std::unique_ptr<Connections> echo_connections_;
  std::unique_ptr<rpc::ClientRuntime> runtime_;  // first to go: calls use the clients
  std::vector<std::string> ended_command_;
  std::string jobcentre_id_;
  std::string college_id_;
  std::vector<std::string> service_ids_;
};

// As an admin's client of the directory.
absl::StatusOr<feed::Imported> ImportFeed(rpc::Client& directory, const std::string& slug,
                                          const std::vector<feed::Page>& pages);

}  // namespace nwd::bench
