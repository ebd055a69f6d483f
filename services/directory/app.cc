#include "services/directory/app.h"

#include <filesystem>
#include <optional>

#include "common/async/block_on.h"
#include "common/async/worker_pool.h"
#include "common/audit/audit.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/facts/facts.h"
#include "common/geo/gazetteer.h"
#include "common/idempotency/idempotency.h"
#include "common/idempotency/janitor.h"
#include "common/log/log.h"
#include "common/program/replica_metrics.h"
#include "common/replica/change_feed.h"
#include "common/replica/feed_keeper.h"
#include "common/replica/follower.h"
#include "common/tokens/tokens.h"
#include "services/directory/agreement_service.h"
#include "services/directory/catalogue.h"
#include "services/directory/catalogue_service.h"
#include "services/directory/feed_service.h"
#include "services/directory/first_admins.h"
#include "services/directory/importer.h"
#include "services/directory/limits.h"
#include "services/directory/organisation_repository.h"
#include "services/directory/organisation_roles.h"
#include "services/directory/organisation_service.h"
#include "services/directory/places_taken.h"
#include "services/directory/restated.h"
#include "services/directory/trust.h"

namespace nwd::directory {
namespace {

void LogFailure(std::string_view event, const absl::Status& status) {
  if (!status.ok()) log::Line(log::Level::kError, event).Str("error", StdView(status.message())).Emit();
}

}  // namespace

struct App::State {
  explicit State(Parts given)
      : parts(std::move(given)),
        requests(parts.hub_key.Derive("directory/requests")),
        audit(parts.hub_key.Derive("directory/audit")),
        tokens(parts.hub_key.Derive("directory/tokens"), parts.epoch),
        trust(parts.registry),
        pool(kPoolThreads, kPoolWaitingMax),
        announcer(parts.store, catalogue),
        sweeper(parts.store, pool),
        importer({parts.store, catalogue, pool, requests, audit, announcer, sweeper, imports}),
        linker({parts.store, catalogue, requests, audit, announcer, imports}),
        editor({parts.store, requests, audit, trust}),
        organisations({parts.store, requests, audit, tokens, trust, editor, parts.trust_domain}),
        roles(editor),
        agreements({parts.store, requests, audit, tokens, parts.registry}),
        services({parts.store, requests, audit, tokens, catalogue, gazetteer}),
        changes(parts.store, tokens),
        feed_keeper(parts.store, parts.clock, RestatedTables()) {
    if (parts.referral == nullptr) return;
    referrals.emplace(parts.store, *parts.referral, "referral", ApplyReferralChange, parts.clock);
    referrals->OnApplied([this](const std::vector<common::v1::Change>& applied) -> async::Task<void> {
      LogFailure("directory.places_taken", co_await ShowPlacesTaken(parts.store, applied, catalogue));
    });
    figures = program::AddReplicaMetrics(parts.metrics, "referral", *referrals);
  }

  absl::Status LoadFacts();
  absl::Status LoadOrganisations();
  async::Task<void> Recover(rpc::Stop& stop);

  Parts parts;
  idempotency::Requests requests;
  audit::Audit audit;
  tokens::Tokens tokens;
  Trust trust;
  Catalogue catalogue;
  geo::Gazetteer gazetteer;
  std::optional<Areas> areas;
  std::optional<FeedReader> reader;
  async::WorkerPool pool;
  Turn imports;
  Announcer announcer;
  ImportSweeper sweeper;
  Importer importer;
  ProviderLinker linker;
  OrganisationEditor editor;
  OrganisationService organisations;
  OrganisationRoles roles;
  AgreementService agreements;
  CatalogueService services;
  std::optional<FeedService> feeds;  // needs the facts
  replica::ChangeFeedService changes;
  replica::FeedKeeper feed_keeper;
  std::optional<replica::Follower> referrals;
  metrics::Registration figures;
};

absl::Status App::State::LoadFacts() {
  const std::filesystem::path folder = parts.facts_folder;
  NWD_ASSIGN_OR_RETURN(const facts::Facts facts, facts::Facts::Load(folder));
  areas.emplace(facts);
  NWD_RETURN_IF_ERROR(gazetteer.LoadOutcodes(folder / "outcodes-london.csv"));
  if (!parts.postcodes_file.empty()) {
    const absl::Status loaded = gazetteer.LoadPostcodes(parts.postcodes_file).status();
    if (!loaded.ok()) {
      return absl::Status(loaded.code(), Cat(StdView(loaded.message()),
                                             "; --postcodes names a CSV file of the ONS Postcode Directory, with the "
                                             "columns pcds, oslaua, lat and long"));
    }
  }
  reader.emplace(*areas, gazetteer);
  feeds.emplace(
      FeedService::Parts{parts.store, requests, audit, tokens, pool, *reader, catalogue, importer, linker, sweeper});
  return absl::OkStatus();
}

absl::Status App::State::LoadOrganisations() {
  NWD_ASSIGN_OR_RETURN(std::vector<OrganisationRow> rows, async::BlockOn(parts.store.View(AllOrganisations)));
  if (rows.empty()) {
    NWD_RETURN_IF_ERROR(MakeFirstAdmins(parts.store, audit, parts.admin_slugs, parts.trust_domain, parts.clock.Now()));
    NWD_ASSIGN_OR_RETURN(rows, async::BlockOn(parts.store.View(AllOrganisations)));
  }
  for (const OrganisationRow& row : rows) trust.Publish(row);
  return absl::OkStatus();
}

// Finishes what an import that was cut off had left to do.
async::Task<void> App::State::Recover(rpc::Stop&) {
  LogFailure("directory.recovery", co_await importer.Recover(parts.clock.Now()));
}

App::App(Parts parts) : state_(std::make_unique<State>(std::move(parts))) {}
App::~App() = default;

absl::Status App::Load() {
  NWD_RETURN_IF_ERROR(state_->LoadFacts());
  NWD_RETURN_IF_ERROR(state_->LoadOrganisations());
  return state_->importer.Load();
}

void App::Register(rpc::Router& router) {
  state_->organisations.Register(router);
  state_->roles.Register(router);
  state_->agreements.Register(router);
  state_->services.Register(router);
  state_->feeds->Register(router);
  state_->changes.Register(router);
}

void App::StartBackground(rpc::Server& server) {
  server.Background([this](rpc::Stop& stop) { return state_->Recover(stop); });
  server.Background([this](rpc::Stop& stop) {
    return idempotency::KeepTidy(state_->requests, state_->parts.store, state_->parts.clock, stop);
  });
  server.Background([this](rpc::Stop& stop) { return state_->feed_keeper.Run(stop); });
  if (state_->referrals) server.Background([this](rpc::Stop& stop) { return state_->referrals->Run(stop); });
}

async::Task<absl::Status> App::OnUnknownIdentity(std::string) { co_return absl::OkStatus(); }

Catalogue& App::catalogue() { return state_->catalogue; }

}  // namespace nwd::directory
