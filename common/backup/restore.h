// Restoring a service from a backup: its stores are put into an empty folder, beside a plan, which the service carries out
// before it serves.
//
//   backup::Restored put = backup::Put({.data_folder = …, .backup = …, .key_backup = …, .hub_key = …}, now);   // nwd restore
//   std::optional<Plan> plan = backup::PlanIn(data_folder);                                                    // the service
//   backup::Done(data_folder);
//
// The plan's steps are repeated where a crash cut them off. Blocks; one process a folder.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/backup/backup.h"
#include "common/crypto/key_file.h"

namespace nwd::backup {

struct Plan {
  uint32_t epoch = 0;         // that begins
  std::string cited;          // the audit log's checkpoint that was published last; empty where none is known
  store::Position after = 0;  // of the ledger, what the backup does not have yet
  std::string ledger;         // the file, in the data folder; empty: there is none
};

struct Asked {
  std::string service;
  std::string data_folder;  // empty, or not there
  std::string backup, key_backup;
  std::string ledger;           // file; empty: without
  std::string last_checkpoint;  // a signed note that a witness kept; empty: the ledger's
  const crypto::HubKey& hub_key;
};

struct Restored {
  About about;
  size_t ledger_entries = 0;  // that come after the backup
  absl::Time ledger_time;     // of its head
  bool cites = false;
  // How many entries the audit log had, by the last checkpoint, that the ledger (without one: the backup) does not know of:
  // what was taken back among these is lost.
  uint64_t unknown_entries = 0;
};

// Puts it there. Nothing is there afterwards where it fails: FAILED_PRECONDITION where the folder is not empty, a backup is
// of another service, hub or time than the other, or not whole, or the ledger does not reach back to the
// backup, ends before it, or is of an epoch before the last checkpoint;
// DATA_LOSS where the ledger is damaged or another hub's.
absl::StatusOr<Restored> Put(const Asked& asked, absl::Time now);

// What is to be done in this folder; nothing where it was not restored, or all is done.
absl::StatusOr<std::optional<Plan>> PlanIn(const std::string& data_folder);
absl::Status Done(const std::string& data_folder);

}  // namespace nwd::backup
