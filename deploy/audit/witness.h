// A witness of a log: remembers the last checkpoint it saw, and takes a later one only where the log is proved to go on
// from it. A log that shows different people different pasts is found by whoever remembers.
//
//   absl::StatusOr<Seen> seen = Look(*source, address, verifiers, "/var/lib/nwd-witness");
//
// A log that was restored from a backup goes on under a new epoch (common/audit/epoch.h). The witness follows it there, with
// the same keys, where the first entry of the new epoch cites the checkpoint that it remembers, or a later one of the same
// epoch; and where the old epoch, as far as the backup had it, goes on from the latest checkpoint within that which is
// remembered: the last one, or the first of a day. What came after nobody can compare: how many entries that is is said.
//
// What it remembers lies in a folder, a file for each origin and each day, written whole before it is believed, and which log
// it is that an address shows. For one thread, and one process a folder.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "common/audit/note.h"
#include "deploy/audit/log_source.h"

namespace nwd::audit {

struct Seen {
  Checkpoint now;
  std::optional<uint64_t> before = std::nullopt;   // the size that was remembered; nothing at the first look
  std::optional<Checkpoint> cited = std::nullopt;  // by the first entry of an epoch that began since
  uint64_t not_compared = 0;  // with that, of the entries that were remembered: what the backup does not have
};

// Fetches the checkpoint, proves it consistent with the one remembered, and remembers it. `from`: the log's address, or its
// folder. DATA_LOSS where the log is shorter than it was, or its past has changed: then the old one stays remembered, and both
// are kept in the folder as proof (<origin>-fork-<size>-<size>.checkpoint). Two roots of one size are proof by themselves; of
// two sizes, together with the log's tiles. DATA_LOSS too where what is shown is no checkpoint that those keys signed, where
// the address showed another log before, where a new epoch began that does not cite what is remembered, and where an epoch
// goes on that another came after. FAILED_PRECONDITION where those keys did not sign what is remembered, or the folder cannot
// be read or written. Errors of the source as they come.
absl::StatusOr<Seen> Look(LogSource& source, const std::string& from, std::span<const Verifier> verifiers,
                          const std::string& folder);

}  // namespace nwd::audit
