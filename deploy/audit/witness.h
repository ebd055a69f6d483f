// A witness of a log: remembers the last checkpoint it saw, and takes a later one only where the log is proved to go on
// from it. A log that shows different people different pasts is found by whoever remembers.
//
//   absl::StatusOr<Seen> seen = Look(*source, verifiers, "/var/lib/nwd-witness");
//
// A log that was restored from a backup goes on under a new epoch (common/audit/epoch.h). The witness follows it there, with
// the same keys, where the first entry of the new epoch cites the checkpoint that it remembers, or a later one of the same
// epoch that the log shows.
//
// What it remembers lies in a folder, a file for each origin, written whole before it is believed. For one thread, and one
// process a folder.
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
  std::optional<uint64_t> before;   // the size that was remembered; nothing at the first look
  std::optional<Checkpoint> cited;  // by the first entry of an epoch that began since
};

// Fetches the checkpoint, proves it consistent with the one remembered, and remembers it. DATA_LOSS where the log is shorter
// than it was, or its past has changed: then the old one stays remembered, and both are kept in the folder as proof
// (<origin>-fork-<size>-<size>.checkpoint). Two roots of one size are proof by themselves; of two sizes, together with the
// log's tiles. DATA_LOSS too where a new epoch began that
// does not cite what is remembered, and where an epoch goes on that another came after. Errors of the source as they come; UNAVAILABLE where the folder cannot be written.
absl::StatusOr<Seen> Look(LogSource& source, std::span<const Verifier> verifiers, const std::string& folder);

}  // namespace nwd::audit
