#include "services/outcome/app.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/async/worker_pool.h"
#include "common/audit/audit.h"
#include "common/base/macros.h"
#include "common/calendar/london.h"
#include "common/idempotency/idempotency.h"
#include "common/idempotency/janitor.h"
#include "common/outbox/outbox.h"
#include "common/person_keys/person_keys.h"
#include "common/program/outbox_metrics.h"
#include "common/program/replica_metrics.h"
#include "common/replica/change_feed.h"
#include "common/replica/directory_replica.h"
#include "common/replica/feed_keeper.h"
#include "common/replica/follower.h"
#include "common/retention/job.h"
#include "common/tokens/tokens.h"
#include "services/outcome/changes.h"
#include "services/outcome/erasure.h"
#include "services/outcome/insight_service.h"
#include "services/outcome/limits.h"
#include "services/outcome/outcome_service.h"
#include "services/outcome/own_changes.h"
#include "services/outcome/peers.h"
#include "services/outcome/person_data_service.h"
#include "services/outcome/release.h"
#include "services/outcome/restated.h"
#include "services/outcome/retention.h"

namespace nwd::outcome {
namespace {

constexpr char kWrappingPurpose[] = "outcome/wrapping";  // what people's keys are wrapped under: never changes

}  // namespace

struct App::State {
  explicit State(const Parts& from)
      : parts(from),
        tokens(from.hub_key.Derive("outcome/tokens"), from.epoch),
        requests(from.hub_key.Derive("outcome/requests")),
        audit(from.hub_key.Derive("outcome/audit")),
        person_keys(from.keys, from.hub_key.WrappingKeys(kWrappingPurpose)),
        outbox(from.store, from.clock),
        counts(from.facts),
        referrals(counts),
        outcomes(counts),
        changes(counts, referrals, outcomes,
                [this](store::Txn& txn, ids::Uuid person) {
                  outbox.Add(txn, kEraseKind, person.ToString(), person.ToString());
                }),
        own_changes(from.store, changes),
        erasure(from.store, person_keys),
        releases(from.facts),
        workers(kReleaseThreads, kReleasesWaitingMax),
        peers(from.consent, from.referral),
        directory(from.store, from.directory, from.registry, from.clock),
        consent_changes(from.store, from.consent, "consent", Applier(), from.clock),
        referral_changes(from.store, from.referral, "referral", Applier(), from.clock),
        change_feed(from.store, tokens),
        feed_keeper(from.store, from.clock, RestatedTables()),
        retention(from.retention == nullptr ? std::nullopt
                                            : std::optional<retention::Job>(std::in_place, from.store, from.clock,
                                                                            *from.retention, RetainedKinds())),
        maintenance(person_keys, kWrappingPurpose, from.read_hub_key, from.make_backup),
        outcome_service({from.store, person_keys, tokens, requests, audit, peers}),
        person_data_service(from.store, person_keys, tokens, from.key_files),
        insight_service({from.store, releases, own_changes, workers, tokens, requests, audit}) {
    outbox.Handle(std::string(kEraseKind),
                  [this](const outbox::Delivery& delivery) { return erasure.Erase(delivery.payload); });
  }

  replica::Follower::Apply Applier() {
    return [this](store::Txn& txn, const common::v1::Change& change) { return changes.Apply(txn, change); };
  }

  const Parts parts;
  const tokens::Tokens tokens;
  const idempotency::Requests requests;
  const audit::Audit audit;
  person_keys::PersonKeys person_keys;
  outbox::Outbox outbox;

  const Counts counts;
  const Referrals referrals;
  const Outcomes outcomes;
  const Changes changes;
  OwnChanges own_changes;
  Erasure erasure;
  const Releases releases;
  async::WorkerPool workers;

  RpcPeers peers;
  replica::DirectoryReplica directory;
  replica::Follower consent_changes;
  replica::Follower referral_changes;

  replica::ChangeFeedService change_feed;
  replica::FeedKeeper feed_keeper;
  std::optional<retention::Job> retention;
  maintenance::MaintenanceService maintenance;
  OutcomeService outcome_service;
  PersonDataService person_data_service;
  InsightService insight_service;
  std::vector<metrics::Registration> figures;
};

App::App(const Parts& parts) : state_(std::make_unique<State>(parts)) {}

App::~App() = default;

absl::Status App::Load() {
  if (state_->retention.has_value()) NWD_RETURN_IF_ERROR(state_->retention->Check());
  NWD_RETURN_IF_ERROR(calendar::CheckLondon());
  NWD_RETURN_IF_ERROR(state_->maintenance.Load(state_->parts.hub_key));
  State& state = *state_;
  metrics::Registry& registry = state.parts.metrics;
  state.figures.push_back(program::AddOutboxMetrics(registry, state.outbox));
  state.figures.push_back(program::AddReplicaMetrics(registry, "consent", state.consent_changes));
  state.figures.push_back(program::AddReplicaMetrics(registry, "referral", state.referral_changes));
  state.figures.push_back(program::AddReplicaMetrics(registry, "directory", state.directory.follower()));
  return state.directory.Load();
}

void App::Register(rpc::Router& router) {
  state_->outcome_service.Register(router);
  state_->insight_service.Register(router);
  state_->person_data_service.Register(router);
  state_->change_feed.Register(router);
  state_->maintenance.Register(router);
}

void App::StartBackground(rpc::Server& server) {
  State& state = *state_;
  server.Background([&state](rpc::Stop& stop) { return state.directory.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.consent_changes.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.referral_changes.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.own_changes.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.feed_keeper.Run(stop); });
  if (state.retention.has_value()) {
    server.Background([&state](rpc::Stop& stop) { return state.retention->Run(stop); });
  }
  server.Background([&state](rpc::Stop& stop) { return state.outbox.Run(stop); });
  server.Background([&state](rpc::Stop& stop) {
    return idempotency::KeepTidy(state.requests, state.parts.store, state.parts.clock, stop);
  });
}

async::Task<absl::Status> App::OnUnknownIdentity(std::string spiffe_id) {
  return state_->directory.AskIdentity(std::move(spiffe_id));
}

}  // namespace nwd::outcome
