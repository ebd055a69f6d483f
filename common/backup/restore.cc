#include "common/backup/restore.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "common/audit/epoch.h"
#include "common/audit/note.h"
#include "common/audit/signing.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/files/data_folder.h"
#include "common/files/files.h"
#include "common/ledger/ledger.h"

namespace nwd::backup {
namespace {

namespace fs = std::filesystem;

constexpr char kPlanFile[] = "restore.json", kLedgerFile[] = "restore.ledger", kMark[] = "mark";
constexpr size_t kPlanBytesMax = 64 << 10;
constexpr char kKeysTooOld[] =
    "the backup of the keys is older than that of the data: people who came in between would be unreadable; name the "
    "one that was made with it, or a later one";
constexpr absl::Duration kHeadBehindMax = absl::Minutes(1);

absl::Status Wrong(std::string why) { return absl::FailedPreconditionError(std::move(why)); }

absl::Status CheckBackups(const Asked& asked, const About& data, const About& keys) {
  for (const About& about : {data, keys}) {
    if (about.service == asked.service) continue;
    return Wrong(Cat("the backup is of the ", about.service, " service, not of ", asked.service));
  }
  for (const std::string& stores : {asked.backup + "/data", asked.key_backup + "/keys"}) {
    std::error_code failed;
    if (fs::is_directory(stores, failed)) continue;
    return Wrong(Cat("there is no ", stores, ": name the two that were made together"));
  }
  for (const std::string& folder : {asked.backup, asked.key_backup}) NWD_RETURN_IF_ERROR(CheckWhole(folder));
  NWD_ASSIGN_OR_RETURN(const std::string mark, files::ReadWhole(Cat(asked.backup, "/", kMarkOfBackup), kPlanBytesMax));
  NWD_ASSIGN_OR_RETURN(const std::string key_mark,
                       files::ReadWhole(Cat(asked.key_backup, "/", kMarkOfBackup), kPlanBytesMax));
  if (mark != key_mark) return Wrong("the backups of data and of keys are of two services, or of two hubs");
  if (data.epoch != keys.epoch) return Wrong("the backups of data and of keys are from before and after a restore");
  if (keys.time >= data.time) return absl::OkStatus();
  return Wrong(kKeysTooOld);
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
  return Wrong(Cat("this hub key did not sign it: ", StdView(opened.status().message())));
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

// Of a later epoch, or of the same one with more entries.
bool Later(const audit::Checkpoint& one, const audit::Checkpoint& than) {
  return std::pair(EpochIn(one.origin), one.size) > std::pair(EpochIn(than.origin), than.size);
}

struct Known {
  std::string note;
  audit::Checkpoint checkpoint;
};

// The latest of these notes; nothing where all are empty.
absl::StatusOr<std::optional<Known>> NewestOf(const Asked& asked, const std::vector<std::string>& notes) {
  std::optional<Known> newest;
  for (const std::string& note : notes) {
    if (note.empty()) continue;
    NWD_ASSIGN_OR_RETURN(const audit::Checkpoint checkpoint, OpenOurs(asked, note));
    if (!newest.has_value() || Later(checkpoint, newest->checkpoint)) newest = Known{note, checkpoint};
  }
  return newest;
}

// A head that came long after the backup, and knows of a shorter log, is that of another store under the same name.
absl::Status CheckSameLife(const Asked& asked, const About& about, const ledger::Head& head) {
  if (about.checkpoint.empty() || head.checkpoint.empty() || head.time < about.time + kHeadBehindMax) {
    return absl::OkStatus();
  }
  NWD_ASSIGN_OR_RETURN(const audit::Checkpoint then, OpenOurs(asked, about.checkpoint));
  NWD_ASSIGN_OR_RETURN(const audit::Checkpoint since, OpenOurs(asked, head.checkpoint));
  if (!Later(then, since)) return absl::OkStatus();
  return Wrong(Cat("the ledger was followed from another store than the backup's since: by its head the audit log has ",
                   since.size, " entries, and by the backup before it ", then.size));
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
    // Somebody may be adding to it.
    if (!failed) NWD_RETURN_IF_ERROR(ledger::Read(copy, ledger::Keys(asked.hub_key, asked.service)).status());
  }
  if (!failed) fs::copy(asked.backup + "/data", folder + "/data", fs::copy_options::recursive, failed);
  if (!failed) fs::copy(asked.key_backup + "/keys", folder + "/keys", fs::copy_options::recursive, failed);
  // Last, once all else is on disk: before it is there, no service opens the folder.
  if (!failed) NWD_RETURN_IF_ERROR(files::SyncAll(folder));
  if (failed) return absl::UnavailableError(Cat("cannot put the backup into ", folder, ": ", failed.message()));
  NWD_ASSIGN_OR_RETURN(const std::string mark, files::ReadWhole(Cat(asked.backup, "/", kMarkOfBackup), kPlanBytesMax));
  NWD_RETURN_IF_ERROR(files::WriteWhole(Cat(folder, "/", kMark), files::Awaiting(mark, kPlanFile)));
  return files::OpenDataFolder(folder, asked.service, asked.hub_key);
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
            .cited = {},
            .after = restored.about.change,
            .ledger = asked.ledger};
  std::vector<std::string> notes = {restored.about.checkpoint};
  if (!asked.ledger.empty()) {
    NWD_ASSIGN_OR_RETURN(const ledger::Ledger ledger, CheckLedger(asked, restored.about));
    restored.ledger_time = ledger.head.time;
    NWD_RETURN_IF_ERROR(CheckSameLife(asked, restored.about, ledger.head));
    restored.ledger_entries =
        static_cast<size_t>(std::count_if(ledger.entries.begin(), ledger.entries.end(),
                                          [&](const ledger::Entry& entry) { return entry.position > plan.after; }));
    notes.push_back(ledger.head.checkpoint);
  }
  NWD_ASSIGN_OR_RETURN(const std::optional<Known> ours, NewestOf(asked, notes));
  // The later of the two: a witness may have looked before the ledger was followed last.
  notes.push_back(asked.last_checkpoint);
  NWD_ASSIGN_OR_RETURN(const std::optional<Known> newest, NewestOf(asked, notes));
  if (newest.has_value()) plan.cited = newest->note;
  if (!plan.cited.empty()) {
    NWD_ASSIGN_OR_RETURN(const audit::Checkpoint cited, OpenOurs(asked, plan.cited));
    const uint32_t epoch = EpochIn(cited.origin);
    plan.epoch = std::max(plan.epoch, epoch + 1);
    if (!asked.ledger.empty() && epoch > restored.about.epoch) {
      return Wrong(
          Cat("the last checkpoint is of ", cited.origin,
              ", which began after this ledger: name the ledger that was followed since, with a backup of that time, "
              "or go on without one"));
    }
    const bool same = ours.has_value() && cited.origin == ours->checkpoint.origin;
    restored.unknown_entries = same ? cited.size - ours->checkpoint.size : cited.size;
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
  NWD_RETURN_IF_ERROR(files::StopAwaiting(data_folder, kPlanFile));
  std::error_code failed;
  fs::remove(Cat(data_folder, "/", kPlanFile), failed);
  const std::string ledger = Cat(data_folder, "/", kLedgerFile);
  if (!failed) NWD_RETURN_IF_ERROR(files::SyncAll(data_folder));  // or it would be carried out again
  if (!failed) fs::remove(ledger, failed);
  if (!failed) fs::remove(ledger::HeadFile(ledger), failed);
  return failed ? absl::UnavailableError(Cat("cannot put away ", data_folder, "/", kPlanFile, ": ", failed.message()))
                : absl::OkStatus();
}

}  // namespace nwd::backup
