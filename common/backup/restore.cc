#include "common/backup/restore.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/audit/epoch.h"
#include "common/audit/note.h"
#include "common/audit/signing.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/files/files.h"
#include "common/ledger/ledger.h"
#include "common/program/data_folder.h"

namespace nwd::backup {
namespace {

namespace fs = std::filesystem;

constexpr char kPlanFile[] = "restore.json", kLedgerFile[] = "restore.ledger", kMark[] = "mark";
constexpr size_t kPlanBytesMax = 64 << 10;

absl::Status Wrong(std::string why) { return absl::FailedPreconditionError(std::move(why)); }

absl::Status CheckBackups(const Asked& asked, const About& data, const About& keys) {
  for (const About& about : {data, keys}) {
    if (about.service == asked.service) continue;
    return Wrong(Cat("the backup is of the ", about.service, " service, not of ", asked.service));
  }
  if (data.epoch != keys.epoch) return Wrong("the backups of data and of keys are from before and after a restore");
  if (keys.time >= data.time) return absl::OkStatus();
  return Wrong(
      "the backup of the keys is older than that of the data: people who came in between would be unreadable; name the "
      "one "
      "that was made with it, or a later one");
}

// The checkpoint in a note of this service's log, whichever of its epochs.
absl::StatusOr<audit::Checkpoint> OpenOurs(const Asked& asked, const std::string& note) {
  const std::string origin = note.substr(0, note.find('\n'));
  std::vector<audit::Verifier> verifiers;
  for (const crypto::SigningKey& key : audit::AllSigningKeysOf(asked.hub_key, asked.service)) {
    verifiers.push_back({origin, *crypto::VerifyingKey::FromRaw(key.verifying_key().raw())});
  }
  absl::StatusOr<audit::Checkpoint> opened = audit::OpenCheckpoint(note, verifiers);
  if (opened.ok()) return opened;
  return Wrong(Cat("the last checkpoint ", StdView(opened.status().message())));
}

uint32_t EpochIn(const std::string& origin) {
  uint64_t epoch = 0;
  const size_t slash = origin.rfind('/');
  if (slash == std::string::npos || !absl::SimpleAtoi(AbslView(origin.substr(slash + 1)), &epoch)) return 0;
  return static_cast<uint32_t>(epoch);
}

// The ledger, where it tells all that came after the backup.
absl::StatusOr<ledger::Ledger> CheckLedger(const Asked& asked, const About& about) {
  NWD_ASSIGN_OR_RETURN(ledger::Ledger ledger, ledger::Read(asked.ledger, ledger::Keys(asked.hub_key, asked.service)));
  if (ledger.head.epoch != about.epoch)
    return Wrong("the ledger is from before or after another restore than the backup");
  if (ledger.head.begin > about.change) {
    return Wrong("the ledger begins after the backup was made: what came in between is not in it");
  }
  if (ledger.head.through < about.change) {
    return Wrong("the ledger ends before the backup was made: it is not the newest");
  }
  return ledger;
}

std::string TextOf(const Plan& plan) {
  const nlohmann::ordered_json json = {
      {"epoch", plan.epoch}, {"cited", plan.cited}, {"after", plan.after}, {"ledger", !plan.ledger.empty()}};
  return json.dump(2) + "\n";
}

absl::Status Fill(const Asked& asked, const Plan& plan, const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) fs::permissions(folder, fs::perms::owner_all, failed);
  // The plan first: a folder that holds stores from a backup and no plan must never be taken for one that goes on.
  if (!failed) NWD_RETURN_IF_ERROR(files::WriteWhole(Cat(folder, "/", kPlanFile), TextOf(plan)));
  if (!failed && !asked.ledger.empty()) {
    const std::string copy = Cat(folder, "/", kLedgerFile);
    fs::copy_file(asked.ledger, copy, failed);
    if (!failed) fs::copy_file(ledger::HeadFile(asked.ledger), ledger::HeadFile(copy), failed);
  }
  if (!failed) fs::copy(asked.backup + "/data", folder + "/data", fs::copy_options::recursive, failed);
  if (!failed) fs::copy(asked.key_backup + "/keys", folder + "/keys", fs::copy_options::recursive, failed);
  // Last: before it is there, no service opens the folder.
  if (!failed) fs::copy_file(Cat(asked.backup, "/", kMarkOfBackup), Cat(folder, "/", kMark), failed);
  if (failed) return absl::UnavailableError(Cat("cannot put the backup into ", folder, ": ", failed.message()));
  return program::OpenDataFolder(folder, asked.service, asked.hub_key);
}

}  // namespace

absl::StatusOr<Restored> Put(const Asked& asked, absl::Time now) {
  std::error_code failed;
  const bool was_there = fs::exists(asked.data_folder, failed);
  if (was_there && !fs::is_empty(asked.data_folder, failed)) {
    return Wrong(
        Cat(asked.data_folder, " is not empty: restore into a new folder, and keep the old one until all is well"));
  }
  Restored restored;
  NWD_ASSIGN_OR_RETURN(restored.about, Read(asked.backup));
  NWD_ASSIGN_OR_RETURN(const About keys, Read(asked.key_backup));
  NWD_RETURN_IF_ERROR(CheckBackups(asked, restored.about, keys));

  Plan plan{.epoch = std::max(audit::EpochNumberAt(now), restored.about.epoch + 1),
            .cited = asked.last_checkpoint,
            .after = restored.about.change,
            .ledger = asked.ledger};
  std::string newest_of_ours = restored.about.checkpoint;
  if (!asked.ledger.empty()) {
    NWD_ASSIGN_OR_RETURN(const ledger::Ledger ledger, CheckLedger(asked, restored.about));
    restored.ledger_time = ledger.head.time;
    restored.ledger_entries =
        static_cast<size_t>(std::count_if(ledger.entries.begin(), ledger.entries.end(),
                                          [&](const ledger::Entry& entry) { return entry.position > plan.after; }));
    if (!ledger.head.checkpoint.empty()) newest_of_ours = ledger.head.checkpoint;
  }
  if (plan.cited.empty()) plan.cited = newest_of_ours;
  if (!plan.cited.empty()) {
    NWD_ASSIGN_OR_RETURN(const audit::Checkpoint cited, OpenOurs(asked, plan.cited));
    plan.epoch = std::max(plan.epoch, EpochIn(cited.origin) + 1);
    NWD_ASSIGN_OR_RETURN(const audit::Checkpoint ours, OpenOurs(asked, newest_of_ours));
    if (cited.origin != ours.origin || cited.size < ours.size) {
      return Wrong(Cat("the last checkpoint has ", cited.size, " entries of ", cited.origin, ", and ",
                       asked.ledger.empty() ? "the backup" : "the ledger", " knows one of ", ours.size, " of ",
                       ours.origin, ": it is not the last"));
    }
    restored.cites = true;
  }
  absl::Status filled = Fill(asked, plan, asked.data_folder);
  if (filled.ok()) return restored;
  if (was_there) {
    for (const auto& entry : fs::directory_iterator(asked.data_folder, failed)) fs::remove_all(entry.path(), failed);
  } else {
    fs::remove_all(asked.data_folder, failed);
  }
  return filled;
}

absl::StatusOr<std::optional<Plan>> PlanIn(const std::string& data_folder) {
  const absl::StatusOr<std::string> text = files::ReadWhole(Cat(data_folder, "/", kPlanFile), kPlanBytesMax);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  NWD_RETURN_IF_ERROR(text.status());
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("epoch") || !json["epoch"].is_number_unsigned() || !json.contains("cited") ||
      !json["cited"].is_string() || !json.contains("after") || !json["after"].is_number_unsigned() ||
      !json.contains("ledger") || !json["ledger"].is_boolean()) {
    return Wrong(Cat(data_folder, "/", kPlanFile, " does not say how to restore: restore the backup again, elsewhere"));
  }
  return Plan{.epoch = json["epoch"],
              .cited = json["cited"],
              .after = json["after"],
              .ledger = json["ledger"] ? Cat(data_folder, "/", kLedgerFile) : std::string()};
}

absl::Status Done(const std::string& data_folder) {
  std::error_code failed;
  fs::remove(Cat(data_folder, "/", kPlanFile), failed);
  const std::string ledger = Cat(data_folder, "/", kLedgerFile);
  if (!failed) fs::remove(ledger, failed);
  if (!failed) fs::remove(ledger::HeadFile(ledger), failed);
  return failed ? absl::UnavailableError(Cat("cannot put away ", data_folder, "/", kPlanFile, ": ", failed.message()))
                : absl::OkStatus();
}

}  // namespace nwd::backup
