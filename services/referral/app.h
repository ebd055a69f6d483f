// The referral service, put together from parts that outlive it.
//
//   referral::App app({.store = **data, .keys = **keys, .hub_key = hub_key, …});
//   app.Load();            // before the server takes calls
//   app.Register(router);
//   app.StartBackground(server);
//
// Built, loaded, registered and destroyed by one thread, in that order; destroyed after the server has drained.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/access/registry.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/calendar/working_calendar.h"
#include "common/crypto/key_file.h"
#include "common/facts/facts.h"
#include "common/maintenance/maintenance_service.h"
#include "common/metrics/metrics.h"
#include "common/person_keys/key_files.h"
#include "common/retention/schedule.h"
#include "common/rpc/client.h"
#include "common/rpc/router.h"
#include "common/rpc/server.h"
#include "common/store/store.h"
#include "services/referral/limits.h"

namespace nwd::referral {

class App {
 public:
  struct Parts {
    store::Store& store;
    store::Store& keys;  // persons' keys, apart from the data
    const crypto::HubKey& hub_key;
    const Clock& clock;
    const facts::Facts& facts;
    const calendar::WorkingCalendar& calendar;
    access::Registry& registry;
    rpc::Client& directory;
    rpc::Client& consent;
    rpc::Client& outcome;
    metrics::Registry& metrics;
    maintenance::ReadHubKey read_hub_key = {};  // when keys are rotated; without it hub_key stays what it is
    // Takes out of the live files of the store of keys what was deleted. Blocks.
    person_keys::KeyFiles key_files = {};
    maintenance::MakeBackup make_backup = {};
    uint32_t epoch = 1;                              // of the data (common/audit/epoch.h)
    const retention::Schedule* retention = nullptr;  // without it nothing is let go of
    Times times = {};
  };
  explicit App(const Parts& parts);
  ~App();

  // Fills memory from the store. Blocks.
  absl::Status Load();
  void Register(rpc::Router& router);
  void StartBackground(rpc::Server& server);
  // Asks the directory about a certificate it has not told us of yet.
  async::Task<absl::Status> OnUnknownIdentity(std::string spiffe_id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::referral
