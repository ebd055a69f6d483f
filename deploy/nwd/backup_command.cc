// nwd backup | ledger | restore: what an operator keeps on other machines, and how a service comes back from it.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "common/backup/restore.h"
#include "common/base/strings.h"
#include "common/files/files.h"
#include "common/ledger/ledger.h"
#include "common/status/reasons.h"
#include "common/status/status.h"
#include "deploy/nwd/command.h"
#include "deploy/nwd/hub_client.h"
#include "deploy/nwd/keys_rotation.h"
#include "nwd/common/v1/maintenance_service.pb.h"
#include "nwd/consent/v1/ledger_service.pb.h"

namespace nwd::tool {
namespace {

constexpr absl::Duration kBackupTimeout = absl::Minutes(30);  // of one service: what is in memory is written first
constexpr int kWaitMs = 2'000;                                // and so far the head is behind at most
constexpr absl::Duration kLedgerTimeout = absl::Seconds(30);
constexpr absl::Duration kTryAgainAfter = absl::Seconds(1);
constexpr size_t kCheckpointBytesMax = 16 << 10;
constexpr char kLedgerOrWithout[] =
    "--ledger must name the off-host ledger of the consent service; or, if it is lost, say --without-ledger: then "
    "every "
    "consent rests until the person says that they stand by it";
constexpr char kCheckpointOrWithout[] =
    "--last-checkpoint must name the last checkpoint of the service's audit log that somebody kept (nwd audit watch "
    "keeps "
    "it in its folder); or, if nobody did, say --without-checkpoint: then nothing vouches for what the log held after "
    "the "
    "backup, and whoever saw more of it is alarmed";

std::string TimeText(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone()); }

int MakeBackups(const HubAsked& asked, bool json) {
  const absl::StatusOr<HubClient> hub = OpenAsOperator(asked);
  if (!hub.ok()) return Fail(hub.status());
  nlohmann::ordered_json made = nlohmann::ordered_json::object();
  bool all = true;
  for (const std::string& service : asked.services) {
    const auto backup =
        hub->To(service).Call<common::v1::BackupResponse>(common::v1::BackupRequest(), {.timeout = kBackupTimeout});
    all = all && backup.ok();
    if (!backup.ok()) {
      std::cerr << "nwd: " << Refusal(service, backup.status()) << "\n";
      made[service] = {{"error", std::string(backup.status().message())}};
      continue;
    }
    made[service] = {{"data_folder", backup->data_folder()}, {"keys_folder", backup->keys_folder()}};
    if (!json) std::cout << service << ": " << backup->data_folder() << "\n  keys: " << backup->keys_folder() << "\n";
  }
  if (json) std::cout << nlohmann::ordered_json{{"ok", all}, {"services", made}}.dump() << "\n";
  return all ? kExitDone : kExitFailed;
}

struct Following {
  HubAsked hub{.services = {"consent"}};
  std::string file = "consent.ledger";
  bool once = false;
};

// What never mends itself.
bool IsFinal(const absl::Status& status) {
  return absl::IsOutOfRange(status) || absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status) ||
         absl::IsInvalidArgument(status);
}

absl::Status Explained(const absl::Status& status, const std::string& file) {
  const std::string advice = absl::IsOutOfRange(status) || status::ReasonOf(status) == reasons::kInvalidToken
                                 ? Cat(": run nwd backup, and follow into another file than ", file)
                                 : std::string();
  return {status.code(), Cat(Refusal("consent", status), advice)};
}

int Follow(const Following& following) {
  const absl::StatusOr<HubClient> hub = OpenAsOperator(following.hub);
  if (!hub.ok()) return Fail(hub.status());
  ledger::File file(following.file);
  if (const absl::Status locked = file.Lock(); !locked.ok()) return Fail(locked);
  absl::StatusOr<std::string> cursor = file.Cursor();
  if (!cursor.ok()) return Fail(cursor.status());
  bool level = false;  // with the service, once
  bool away = false;
  while (true) {
    consent::v1::ReadLedgerRequest request;
    request.set_cursor(*cursor);
    request.set_wait_ms(level && !following.once ? kWaitMs : 0);
    const auto page = hub->To("consent").Call<consent::v1::ReadLedgerResponse>(request, {.timeout = kLedgerTimeout});
    if (!page.ok() && (following.once || IsFinal(page.status()))) return Fail(Explained(page.status(), following.file));
    if (!page.ok()) {
      if (!away) std::cerr << "nwd: " << Refusal("consent", page.status()) << "; it is tried again\n";
      away = true;
      absl::SleepFor(kTryAgainAfter);
      continue;
    }
    if (away) std::cerr << "nwd: consent answers again\n";
    away = false;
    const absl::Status kept =
        file.Add({page->entries().begin(), page->entries().end()}, page->head(), page->next_cursor());
    if (!kept.ok()) return Fail(kept);
    if (page->entries_size() > 0) std::cout << page->entries_size() << " entries kept\n" << std::flush;
    cursor = page->next_cursor();
    if (page->more()) continue;
    if (!level) std::cout << following.file << " has all there is\n" << std::flush;
    level = true;
    if (following.once) return kExitDone;
  }
}

int Check(const std::string& file, const std::string& hub_key_file) {
  const auto hub_key = crypto::HubKey::FromFile(hub_key_file, crypto::HubKey::IfMissing::kFail);
  if (!hub_key.ok()) return Fail(hub_key.status());
  const auto ledger = ledger::Read(file, ledger::Keys(*hub_key, "consent"));
  if (!ledger.ok()) return Fail(ledger.status());
  std::cout << "whole: " << ledger->entries.size() << " entries, up to " << TimeText(ledger->head.time) << "\n";
  return kExitDone;
}

struct Restoring {
  std::string service, data, backup, key_backup, ledger, last_checkpoint, hub_key = "hub.key";
  bool without_ledger = false, without_checkpoint = false;
};

int Restore(const Restoring& asked) {
  const bool consent = asked.service == "consent";
  if (!asked.ledger.empty() && asked.without_ledger) {
    return Fail(
        absl::InvalidArgumentError("--ledger and --without-ledger exclude each other: give the one that is so"));
  }
  if (consent && asked.ledger.empty() != asked.without_ledger) {
    return Fail(absl::InvalidArgumentError(kLedgerOrWithout));
  }
  if (!consent && (!asked.ledger.empty() || asked.without_ledger)) {
    return Fail(
        absl::InvalidArgumentError("--ledger and --without-ledger are the consent service's; the others need none"));
  }
  if (!asked.last_checkpoint.empty() && asked.without_checkpoint) {
    return Fail(absl::InvalidArgumentError(
        "--last-checkpoint and --without-checkpoint exclude each other: give the one that is so"));
  }
  // A ledger has one of its own.
  if (asked.ledger.empty() && asked.last_checkpoint.empty() && !asked.without_checkpoint) {
    return Fail(absl::InvalidArgumentError(kCheckpointOrWithout));
  }
  const auto hub_key = crypto::HubKey::FromFile(asked.hub_key, crypto::HubKey::IfMissing::kFail);
  if (!hub_key.ok()) return Fail(hub_key.status());
  std::string checkpoint;
  if (!asked.last_checkpoint.empty()) {
    auto read = files::ReadWhole(asked.last_checkpoint, kCheckpointBytesMax);
    if (!read.ok()) return Fail(read.status());
    checkpoint = *std::move(read);
  }
  const absl::Time now = absl::Now();
  const auto restored = backup::Put({.service = asked.service,
                                     .data_folder = asked.data,
                                     .backup = asked.backup,
                                     .key_backup = asked.key_backup,
                                     .ledger = asked.ledger,
                                     .last_checkpoint = checkpoint,
                                     .hub_key = *hub_key},
                                    now);
  if (!restored.ok()) return Fail(restored.status());
  std::cout << asked.data << " holds the backup of " << TimeText(restored->about.time) << "\n";
  if (!asked.ledger.empty()) {
    std::cout << "the ledger reaches to " << TimeText(restored->ledger_time) << ": " << restored->ledger_entries
              << " entries come after the backup, and are done again when the service starts\n";
  } else if (consent) {
    std::cout
        << "without the ledger every consent rests when the service starts, until the person stands by it again\n";
  }
  if (restored->unknown_entries > 0) {
    std::cout << "by the last checkpoint its audit log had " << restored->unknown_entries << " entries more than the "
              << (asked.ledger.empty() ? "backup" : "ledger")
              << " knows of: checks, reads and decisions after that time. "
              << "If that is more than a few seconds' worth, this is not the newest one: find that before you start\n";
  }
  if (!restored->cites) {
    std::cout << "no checkpoint is known: what the audit log held after the backup is vouched for by none\n";
  }
  std::cout << "start nwd-" << asked.service << " with --data " << asked.data << "\n";
  return kExitDone;
}

}  // namespace

void AddBackupCommands(config::Options& program, Commands& commands) {
  config::Options& backup = program.Command("backup", "Has every service that keeps people's keys make a backup");
  auto asked = std::make_shared<HubAsked>();
  auto json = std::make_shared<bool>(false);
  asked->services = KeyServices();
  AddHubOptions(backup, *asked, kAsOperatorHelp);
  backup.Add("--json", json.get(), "Print one JSON object");
  commands.push_back({&backup, [asked, json] { return MakeBackups(*asked, *json); }});

  config::Options& family =
      program.Command("ledger", "What people took back, kept on another machine than the service");
  auto following = std::make_shared<Following>();
  config::Options& follow = family.Command("follow", "Keeps the ledger in a file, for as long as it runs");
  AddHubOptions(follow, following->hub, kAsOperatorHelp);
  follow.Add("--file", &following->file, "Where to keep it; its head is kept beside it");
  follow.Add("--once", &following->once, "Take what there is, and end");
  commands.push_back({&follow, [following] { return Follow(*following); }});

  auto file = std::make_shared<std::string>("consent.ledger"), key = std::make_shared<std::string>("hub.key");
  config::Options& check = family.Command("check", "Says whether a ledger is this hub's and whole");
  check.Add("--file", file.get(), "The ledger");
  check.Add("--hub-key", key.get(), "File with the hub's key");
  commands.push_back({&check, [file, key] { return Check(*file, *key); }});

  auto restoring = std::make_shared<Restoring>();
  config::Options& restore = program.Command("restore", "Puts a backup into a folder, for the service to start from");
  restore.Add("--service", &restoring->service, "Whose backup it is").OneOf(KeyServices()).Required();
  restore.Add("--data", &restoring->data, "Folder for the service's data: a new one").Required();
  restore.Add("--backup", &restoring->backup, "Folder of the backup of the data").Required();
  restore.Add("--key-backup", &restoring->key_backup, "Folder of the backup of people's keys").Required();
  restore.Add("--ledger", &restoring->ledger, "The consent service's ledger");
  restore.Add("--without-ledger", &restoring->without_ledger, "The ledger is lost: every consent rests");
  restore.Add("--last-checkpoint", &restoring->last_checkpoint,
              "File with the last checkpoint of the service's audit log that a witness kept (without: the ledger's)");
  restore.Add("--without-checkpoint", &restoring->without_checkpoint, "Nobody kept a checkpoint of its audit log");
  restore.Add("--hub-key", &restoring->hub_key, "File with the hub's key");
  commands.push_back({&restore, [restoring] { return Restore(*restoring); }});
}

}  // namespace nwd::tool
