// The consent service, assembled: handlers, the replica of the directory, its own change feed, background work.
//
//   App app(parts);
//   NWD_RETURN_IF_ERROR(app.Load());
//   app.Register(router);
//   ... rpc::Server::Start(options with app.OnUnknownIdentity, router) ...
//   app.StartBackground(*server);
//   ... after server->Drain(): ~App, then the stores.
//
// Owns none of its parts; they outlive it.
//
// Load, Register and StartBackground are called by one thread, in this order; OnUnknownIdentity by any of the server's
// queues.
#pragma once

#include <optional>
#include <string>

#include "common/access/registry.h"
#include "common/backup/restore.h"
#include "common/maintenance/maintenance_service.h"
#include "common/person_keys/key_files.h"
#include "common/replica/change_feed.h"
#include "common/replica/directory_replica.h"
#include "common/replica/feed_keeper.h"
#include "common/retention/job.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "services/consent/held_elsewhere_rpc.h"
#include "services/consent/services.h"

namespace nwd::consent {

class App {
 public:
  struct AppParts {
    store::Store& store;
    store::Store& keys;  // people's keys, apart from the data
    const crypto::HubKey& hub_key;
    const Clock& clock;
    const calendar::WorkingCalendar& calendar;
    access::Registry& registry;
    rpc::Client& directory;
    rpc::Client& referral;  // asked when a person's data is exported, like the next
    rpc::Client& outcome;
    metrics::Registry& metrics;
    Options options = {};
    const audit::Log* audit_log = nullptr;      // proves disclosures
    maintenance::ReadHubKey read_hub_key = {};  // when keys are rotated; without it hub_key stays what it is
    person_keys::KeyFiles key_files = {};
    const retention::Schedule* retention = nullptr;  // without it nothing is let go of
    maintenance::MakeBackup make_backup = {};
    uint32_t epoch = 1;                     // of the data (common/audit/epoch.h)
    const backup::Plan* restore = nullptr;  // the data came back from a backup
  };
  explicit App(const AppParts& parts);

  // Fills the registry from the store. Blocks; before the server starts.
  absl::Status Load();
  void Register(rpc::Router& router);
  void StartBackground(rpc::Server& server);
  // For ServerOptions::on_unknown_identity.
  async::Task<absl::Status> OnUnknownIdentity(std::string spiffe_id);

 private:
  absl::Status Restore();

  const AppParts parts_;
  replica::DirectoryReplica directory_;
  HeldElsewhereRpc elsewhere_;
  Services services_;
  replica::ChangeFeedService changes_;
  replica::FeedKeeper feed_keeper_;
  std::optional<retention::Job> retention_;
  maintenance::MaintenanceService maintenance_;
  metrics::Registration figures_;
};

}  // namespace nwd::consent
