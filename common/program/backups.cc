#include "common/program/backups.h"

#include "absl/time/clock.h"
#include "common/audit/audit.h"
#include "common/audit/epoch.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/macros.h"
#include "common/base/steady.h"
#include "common/base/strings.h"
#include "common/log/log.h"

namespace nwd::program {

void Backups::AddOptions(config::Options& options) {
  options.Add("--backups", &places_.backups, "Folder for backups of the data (without: backups in --data)");
  options.Add("--key-backups", &places_.key_backups,
              "Folder for backups of people's keys, apart from the others (without: key-backups in --data)");
}

absl::Status Backups::Open(const std::string& service, const std::string& data_folder) {
  service_ = service;
  places_.data_folder = data_folder;
  if (places_.backups.empty()) places_.backups = Cat(data_folder, "/backups");
  if (places_.key_backups.empty()) places_.key_backups = Cat(data_folder, "/key-backups");
  NWD_ASSIGN_OR_RETURN(plan_, backup::PlanIn(data_folder));
  return absl::OkStatus();
}

absl::Status Backups::TakeUp(store::Store& data, const crypto::HubKey& hub_key) {
  if (plan_.has_value()) {
    if (plan_->after > data.LastPosition(store::Feed::kChanges)) {
      return absl::FailedPreconditionError(Cat("restore.json says that the backup has ", plan_->after,
                                               " changes, and it has ", data.LastPosition(store::Feed::kChanges),
                                               ": restore the backup again, into a new folder"));
    }
    const audit::Audit audit(hub_key.Derive(Cat(service_, "/audit")));
    NWD_RETURN_IF_ERROR(audit::BeginEpoch(data, audit, {plan_->epoch, plan_->cited}, SystemClock::Get().Now()));
  }
  NWD_ASSIGN_OR_RETURN(epoch_, audit::EpochOf(data));
  return absl::OkStatus();
}

absl::Status Backups::Finish(const std::map<std::string, store::Store*>& stores, const audit::Log& log) {
  if (!plan_.has_value()) return absl::OkStatus();
  NWD_CHECK(epoch_ == plan_->epoch);  // taken up
  if (const auto keys = stores.find("keys"); keys != stores.end()) {
    const absl::StatusOr<backup::Made> made = Make(*stores.at("data"), *keys->second, log);
    if (!made.ok()) log::Line(log::Level::kError, "backup.failed").Status(made.status()).Emit();
    if (made.ok()) {
      log::Line(log::Level::kWarning, "backup.made").Str("data", made->data).Str("keys", made->keys).Emit();
    }
  }
  NWD_RETURN_IF_ERROR(backup::Done(places_.data_folder));
  log::Line(log::Level::kWarning, "service.restored").Int("epoch", epoch_).Emit();
  return absl::OkStatus();
}

absl::StatusOr<backup::Made> Backups::Make(store::Store& data, store::Store& keys, const audit::Log& log) const {
  return backup::Make(places_,
                      {.service = service_,
                       .time = SystemClock::Get().Now(),
                       .epoch = epoch_,
                       .change = data.LastPosition(store::Feed::kChanges),
                       .checkpoint = log.checkpoint()},
                      data, keys);
}

metrics::Registration Backups::AddMetrics(metrics::Registry& registry) const {
  return registry.OnScrape([this](metrics::Scrape& scrape) {
    const absl::StatusOr<std::optional<absl::Time>> oldest = OldestOfKeys();
    if (!oldest.ok()) return;  // the log says why, when they are to be let go of
    const absl::Duration age = oldest->has_value() ? SystemClock::Get().Now() - **oldest : absl::ZeroDuration();
    scrape.Gauge(
        "nwd_key_backup_oldest_age_seconds",
        "Age of the oldest backup of people's keys that is where this service keeps them; 0 where there is none.",
        absl::ToDoubleSeconds(age));
  });
}

async::Task<void> Backups::LetGo(rpc::Stop& stop) {
  // Not at the start, and not while the machine's clock has just moved by itself: whoever watches it has an hour.
  absl::Time last = absl::Now();
  absl::Time last_steady = SteadyNow();
  while (!co_await stop.WaitUntil(absl::Now() + kBackupsLook)) {
    const absl::Duration passed = SteadyNow() - last_steady;
    const bool jumped = absl::AbsDuration(absl::Now() - last - passed) > kClockMovedMax;
    last = absl::Now();
    last_steady = SteadyNow();
    if (jumped) {
      log::Line(log::Level::kWarning, "backup.time_doubted").Emit();
      continue;
    }
    const absl::StatusOr<int> gone =
        co_await workers_.Run([this] { return backup::LetGo(places_, SystemClock::Get().Now()); });
    if (!gone.ok()) log::Line(log::Level::kError, "backup.not_let_go").Status(gone.status()).Emit();
    if (gone.ok() && *gone > 0) log::Line(log::Level::kInfo, "backup.let_go").Int("folders", *gone).Emit();
  }
}

}  // namespace nwd::program
