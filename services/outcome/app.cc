#include "services/outcome/app.h"

#include <utility>

#include "common/async/worker_pool.h"
#include "common/audit/audit.h"
#include "common/base/macros.h"
#include "common/idempotency/idempotency.h"
#include "common/idempotency/janitor.h"
#include "common/outbox/outbox.h"
#include "common/person_keys/person_keys.h"
#include "common/replica/change_feed.h"
#include "common/replica/directory_replica.h"
#include "common/replica/follower.h"
#include "common/tokens/tokens.h"
#include "services/outcome/changes.h"
#include "services/outcome/erasure.h"
#include "services/outcome/insight_service.h"
#include "services/outcome/limits.h"
#include "services/outcome/months.h"
#include "services/outcome/outcome_service.h"
#include "services/outcome/own_changes.h"
#include "services/outcome/peers.h"
#include "services/outcome/release.h"

namespace nwd::outcome {

struct App::State {
  explicit State(const Parts& from)
      : parts(from),
        tokens(from.hub_key.Derive("outcome/tokens")),
        requests(from.hub_key.Derive("outcome/requests")),
        audit(from.hub_key.Derive("outcome/audit")),
        person_keys(from.keys, from.hub_key.Derive("outcome/wrapping")),
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
        outcome_service({from.store, person_keys, tokens, requests, audit, peers}),
        insight_service({from.store, releases, own_changes, workers, tokens, requests, audit}) {
    outbox.Handle(std::string(kEraseKind), [this](const std::string& payload) { return erasure.Erase(payload); });
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
  OutcomeService outcome_service;
  InsightService insight_service;
  metrics::Registration figures;
};

App::App(const Parts& parts) : state_(std::make_unique<State>(parts)) {}

App::~App() = default;

absl::Status App::Load() {
  NWD_RETURN_IF_ERROR(CheckTimeZones());
  State& state = *state_;
  state.figures = state.parts.metrics.OnScrape([&state](metrics::Scrape& scrape) {
    scrape.Gauge("nwd_replica_lag_seconds", "Since a replica was last level with its owner.",
                 state.consent_changes.LagSeconds(), {{"peer", "consent"}});
    scrape.Gauge("nwd_replica_lag_seconds", "Since a replica was last level with its owner.",
                 state.referral_changes.LagSeconds(), {{"peer", "referral"}});
    scrape.Gauge("nwd_replica_lag_seconds", "Since a replica was last level with its owner.",
                 state.directory.follower().LagSeconds(), {{"peer", "directory"}});
    const outbox::Figures outbox = state.outbox.figures();
    scrape.Gauge("nwd_outbox_waiting", "Entries not yet delivered.", static_cast<double>(outbox.waiting));
    scrape.Gauge("nwd_outbox_set_aside", "Entries that cannot be delivered.", static_cast<double>(outbox.set_aside));
  });
  return state.directory.Load();
}

void App::Register(rpc::Router& router) {
  state_->outcome_service.Register(router);
  state_->insight_service.Register(router);
  state_->change_feed.Register(router);
}

void App::StartBackground(rpc::Server& server) {
  State& state = *state_;
  server.Background([&state](rpc::Stop& stop) { return state.directory.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.consent_changes.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.referral_changes.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.own_changes.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.outbox.Run(stop); });
  server.Background([&state](rpc::Stop& stop) {
    return idempotency::KeepTidy(state.requests, state.parts.store, state.parts.clock, stop);
  });
}

async::Task<absl::Status> App::OnUnknownIdentity(std::string spiffe_id) {
  return state_->directory.AskIdentity(std::move(spiffe_id));
}

}  // namespace nwd::outcome
