#include "services/consent/app.h"

#include "common/base/macros.h"
#include "common/calendar/london.h"
#include "common/idempotency/janitor.h"
#include "common/ledger/ledger.h"
#include "common/program/replica_metrics.h"
#include "services/consent/restated.h"
#include "services/consent/restoring.h"
#include "services/consent/retention.h"

namespace nwd::consent {

App::App(const AppParts& parts)
    : parts_(parts),
      directory_(parts.store, parts.directory, parts.registry, parts.clock),
      elsewhere_(parts.referral, parts.outcome, parts.directory),
      services_({.store = parts.store,
                 .keys = parts.keys,
                 .hub_key = parts.hub_key,
                 .clock = parts.clock,
                 .calendar = parts.calendar,
                 .registry = parts.registry,
                 .ask_organisation = [this](const std::string& id) { return directory_.AskOrganisation(id); },
                 .ask_agreement = [this](const std::string& id) { return directory_.AskAgreement(id); },
                 .metrics = parts.metrics,
                 .options = parts.options,
                 .audit_log = parts.audit_log,
                 .elsewhere = &elsewhere_,
                 .key_files = parts.key_files,
                 .epoch = parts.epoch}),
      changes_(parts.store, services_.tokens()),
      feed_keeper_(parts.store, parts.clock, RestatedTables(parts.clock)),
      retention_(parts.retention == nullptr
                     ? std::nullopt
                     : std::optional<retention::Job>(std::in_place, parts.store, parts.clock, *parts.retention,
                                                     RetainedKinds(services_.parts(), parts.calendar))),
      maintenance_(services_.person_keys(), kWrappingPurpose, parts.read_hub_key, parts.make_backup),
      figures_(program::AddReplicaMetrics(parts.metrics, "directory", directory_.follower())) {}

absl::Status App::Load() {
  NWD_RETURN_IF_ERROR(calendar::CheckLondon());
  if (retention_.has_value()) NWD_RETURN_IF_ERROR(retention_->Check());
  NWD_RETURN_IF_ERROR(maintenance_.Load(parts_.hub_key));
  NWD_RETURN_IF_ERROR(directory_.Load());
  return parts_.restore == nullptr ? absl::OkStatus() : Restore();
}

absl::Status App::Restore() {
  std::optional<ledger::Ledger> ledger;
  if (!parts_.restore->ledger.empty()) {
    NWD_ASSIGN_OR_RETURN(ledger, ledger::Read(parts_.restore->ledger, ledger::Keys(parts_.hub_key, kServiceName)));
  }
  return consent::Restore({services_.parts(), services_.erasure_following(), parts_.calendar},
                          ledger ? &*ledger : nullptr, parts_.restore->after);
}

void App::Register(rpc::Router& router) {
  services_.Register(router);
  changes_.Register(router);
  maintenance_.Register(router);
}

void App::StartBackground(rpc::Server& server) {
  server.Background([this](rpc::Stop& stop) { return directory_.Run(stop); });
  server.Background([this](rpc::Stop&) { return services_.PrepareNames(); });
  server.Background([this](rpc::Stop& stop) { return feed_keeper_.Run(stop); });
  server.Background([this](rpc::Stop& stop) { return services_.check_log().Run(stop); });
  server.Background([this](rpc::Stop& stop) { return services_.janitor().Run(stop); });
  if (retention_.has_value()) {
    server.Background([this](rpc::Stop& stop) { return retention_->Run(stop); });
  }
  server.Background([this](rpc::Stop& stop) { return services_.erasure_following().Run(stop); });
  server.Background([this](rpc::Stop& stop) {
    return idempotency::KeepTidy(services_.requests(), parts_.store, parts_.clock, stop);
  });
}

async::Task<absl::Status> App::OnUnknownIdentity(std::string spiffe_id) {
  return directory_.AskIdentity(std::move(spiffe_id));
}

}  // namespace nwd::consent
