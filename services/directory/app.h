// The directory service: all its objects, built from what the program gives.
//
//   directory::App app({.store = *store, .hub_key = hub_key, .clock = clock, .registry = registry,
//                       .facts_folder = "deploy/data", .trust_domain = "hub.example",
//                       .admin_slugs = {"clf-registry", "glf-registry"}});
//   NWD_RETURN_IF_ERROR(app.Load());
//
// Load reads facts and store, fills the registry and the catalogue, and on an empty store makes the first two admin
// organisations; it blocks. What the parts name outlives the App; the App outlives the server its routes and background
// work are given to. Load, Register and StartBackground are called by one thread, in this order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/access/registry.h"
#include "common/async/task.h"
#include "common/base/clock.h"
#include "common/crypto/key_file.h"
#include "common/metrics/metrics.h"
#include "common/rpc/client.h"
#include "common/rpc/router.h"
#include "common/rpc/server.h"
#include "common/store/store.h"

namespace nwd::directory {

class Catalogue;

class App {
 public:
  struct Parts {
    store::Store& store;
    const crypto::HubKey& hub_key;
    const Clock& clock;
    access::Registry& registry;
    metrics::Registry& metrics;
    rpc::Client* referral = nullptr;  // followed for places taken; null: none are counted
    std::string facts_folder = {};
    std::string postcodes_file = {};  // CSV of the ONS Postcode Directory; empty: outcodes only
    std::string trust_domain = {};
    std::vector<std::string> admin_slugs = {};  // exactly two; needed on an empty store only
    uint32_t epoch = 1;                         // of the data (common/audit/epoch.h)
  };
  explicit App(Parts parts);
  ~App();

  absl::Status Load();
  void Register(rpc::Router& router);
  void StartBackground(rpc::Server& server);
  // The directory knows all organisations: nobody to ask.
  async::Task<absl::Status> OnUnknownIdentity(std::string spiffe_id);

  // For tests and benchmarks.
  Catalogue& catalogue();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nwd::directory
