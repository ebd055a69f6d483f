#include "services/referral/app.h"

#include <optional>
#include <utility>

#include "common/audit/audit.h"
#include "common/base/macros.h"
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
#include "services/referral/access_delivery.h"
#include "services/referral/appointment_service.h"
#include "services/referral/ended_bases.h"
#include "services/referral/janitor.h"
#include "services/referral/mover.h"
#include "services/referral/parts.h"
#include "services/referral/peers_rpc.h"
#include "services/referral/person_data_service.h"
#include "services/referral/referral_service.h"
#include "services/referral/restated.h"
#include "services/referral/retention.h"
#include "services/referral/split_people.h"

namespace nwd::referral {
namespace {

constexpr char kWrappingPurpose[] = "referral/wrapping";  // what people's keys are wrapped under: never changes

}  // namespace

struct App::State {
  explicit State(const App::Parts& from)
      : store(from.store),
        clock(from.clock),
        tokens(from.hub_key.Derive("referral/tokens"), from.epoch),
        requests(from.hub_key.Derive("referral/requests")),
        audit(from.hub_key.Derive("referral/audit")),
        keys(from.keys, from.hub_key.WrappingKeys(kWrappingPurpose)),
        outbox(from.store, from.clock),
        directory_replica(from.store, from.directory, from.registry, from.clock),
        consent(from.consent),
        outcome(from.outcome),
        directory(from.directory, directory_replica),
        mover(directory, {from.calendar, from.times}, audit, outbox),
        parts{from.store, keys, mover, audit, requests, tokens, outbox, from.facts, {consent, outcome, directory}},
        ended_bases(parts, from.clock),
        split_people(parts),
        janitor(parts, from.clock),
        consent_changes(from.store, from.consent, "consent", ApplyConsentChange, from.clock),
        change_feed(from.store, tokens),
        feed_keeper(from.store, from.clock, RestatedTables()),
        retention(from.retention == nullptr ? std::nullopt
                                            : std::optional<retention::Job>(std::in_place, from.store, from.clock,
                                                                            *from.retention, RetainedKinds())),
        hub_key(from.hub_key),
        maintenance(keys, kWrappingPurpose, from.read_hub_key, from.make_backup),
        referral_service(parts),
        appointment_service(parts),
        person_data_service(parts, from.key_files),
        outbox_figures(program::AddOutboxMetrics(from.metrics, outbox)),
        directory_figures(program::AddReplicaMetrics(from.metrics, "directory", directory_replica.follower())),
        consent_figures(program::AddReplicaMetrics(from.metrics, "consent", consent_changes)),
        move_figures(from.metrics.OnScrape([this](metrics::Scrape& scrape) { Scrape(scrape); })) {
    HandleAccess(outbox, consent);
    consent_changes.OnApplied([this](const std::vector<common::v1::Change>& changes) -> async::Task<void> {
      ended_bases.Applied(changes);
      split_people.Applied(changes);
      co_return;
    });
  }

  static absl::Status ApplyConsentChange(store::Txn& txn, const common::v1::Change& change) {
    SplitPeople::Apply(txn, change);
    return EndedBases::Apply(txn, change);
  }

  void Scrape(metrics::Scrape& scrape) const {
    constexpr char kMoveFailures[] = "nwd_referral_move_failures_total";
    constexpr char kMoveFailuresHelp[] = "Moves of the suite itself that failed and are tried again.";
    scrape.Counter(kMoveFailures, kMoveFailuresHelp, static_cast<double>(janitor.failures()), {{"by", "timer"}});
    scrape.Counter(kMoveFailures, kMoveFailuresHelp, static_cast<double>(ended_bases.failures()), {{"by", "consent"}});
  }

  store::Store& store;
  const Clock& clock;
  const tokens::Tokens tokens;
  const idempotency::Requests requests;
  const audit::Audit audit;
  person_keys::PersonKeys keys;
  outbox::Outbox outbox;

  replica::DirectoryReplica directory_replica;
  RpcConsentPeer consent;
  RpcOutcomePeer outcome;
  RpcDirectoryPeer directory;

  const Mover mover;
  const referral::Parts parts;
  EndedBases ended_bases;
  SplitPeople split_people;
  Janitor janitor;
  replica::Follower consent_changes;

  replica::ChangeFeedService change_feed;
  replica::FeedKeeper feed_keeper;
  std::optional<retention::Job> retention;
  const crypto::HubKey& hub_key;
  maintenance::MaintenanceService maintenance;
  ReferralService referral_service;
  AppointmentService appointment_service;
  PersonDataService person_data_service;
  metrics::Registration outbox_figures;
  metrics::Registration directory_figures;
  metrics::Registration consent_figures;
  metrics::Registration move_figures;
};

App::App(const Parts& parts) : state_(std::make_unique<State>(parts)) {}
App::~App() = default;

absl::Status App::Load() {
  if (state_->retention.has_value()) NWD_RETURN_IF_ERROR(state_->retention->Check());
  NWD_RETURN_IF_ERROR(state_->maintenance.Load(state_->hub_key));
  return state_->directory_replica.Load();
}

void App::Register(rpc::Router& router) {
  state_->referral_service.Register(router);
  state_->appointment_service.Register(router);
  state_->person_data_service.Register(router);
  state_->change_feed.Register(router);
  state_->maintenance.Register(router);
}

void App::StartBackground(rpc::Server& server) {
  State& state = *state_;
  server.Background([&state](rpc::Stop& stop) { return state.directory_replica.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.consent_changes.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.ended_bases.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.split_people.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.feed_keeper.Run(stop); });
  if (state.retention.has_value()) {
    server.Background([&state](rpc::Stop& stop) { return state.retention->Run(stop); });
  }
  server.Background([&state](rpc::Stop& stop) { return state.outbox.Run(stop); });
  server.Background([&state](rpc::Stop& stop) { return state.janitor.Run(stop); });
  server.Background(
      [&state](rpc::Stop& stop) { return idempotency::KeepTidy(state.requests, state.store, state.clock, stop); });
}

async::Task<absl::Status> App::OnUnknownIdentity(std::string spiffe_id) {
  return state_->directory_replica.AskIdentity(std::move(spiffe_id));
}

}  // namespace nwd::referral
