// Backups of a service: its data, and apart from it people's keys, each a folder named by when it was made. Keys are kept in
// backups for kKeyBackupsKept at most, since an erasure is complete only when no copy of a key is left; a backup of the data
// can be read only beside one of the keys, and goes with them.
//
//   <backups>/20261130T213000.000Z/data/…        a store           <key-backups>/20261130T213000.000Z/keys/…
//   <backups>/20261130T213000.000Z/about.json    what it is        <key-backups>/20261130T213000.000Z/about.json
//   <backups>/20261130T213000.000Z/mark.backup   whose it is, under another name than a service takes it by
//   <backups>/20261130T213000.000Z/files.json    how many bytes each file of the store has
//
// A folder that is being made is named with ".partial" after it. What is on the same disk shares the files of the running
// store until these are merged: carry it off to another machine. Blocks; run it on a worker. Functions are thread-safe; one
// backup of a service at a time.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/store/store.h"

namespace nwd::backup {

inline constexpr absl::Duration kKeyBackupsKept = absl::Hours(24 * 30);

inline constexpr char kMarkOfBackup[] = "mark.backup";

struct Places {
  std::string data_folder;  // the service's, whose mark goes along
  std::string backups, key_backups;
};

// What a backup is of.
struct About {
  std::string service;
  absl::Time time;
  uint32_t epoch = 1;          // of the service's data (common/audit/epoch.h)
  store::Position change = 0;  // its feed of changes is in the backup at least up to here
  std::string checkpoint;      // of its audit log, before the copy was made
};

struct Made {
  std::string data, keys;  // the folders
};

// `about.time` is now; `change` and `checkpoint` were read before. ALREADY_EXISTS where one was made in this millisecond;
// UNAVAILABLE where the folders cannot be written: nothing is left of it then.
absl::StatusOr<Made> Make(const Places& places, const About& about, store::Store& data, store::Store& keys);

// Deletes what will be older than kKeyBackupsKept within two hours (call it every hour), and what was not finished within an hour; answers how many folders.
absl::StatusOr<int> LetGo(const Places& places, absl::Time now);

// When the oldest was made of those in `place`, one of the places; nothing where there is none. Of one that is not finished, or
// was not deleted whole, too.
absl::StatusOr<std::optional<absl::Time>> Oldest(const std::string& place);

// What the backup in a folder is of. FAILED_PRECONDITION where it is none.
absl::StatusOr<About> Read(const std::string& folder);
// FAILED_PRECONDITION where a file of its store is not there or has another size than when it was made: it was not carried
// off whole. What is inside the files the engine checks as it reads them.
absl::Status CheckWhole(const std::string& folder);

}  // namespace nwd::backup
