// Verifying a whole log: every entry is read, the tree over them is made anew, and it must be the one that was signed.
// Reads as a stranger would, through what the log serves. For one thread.
#pragma once

#include <functional>
#include <span>

#include "absl/status/statusor.h"
#include "common/audit/note.h"
#include "deploy/audit/log_source.h"

namespace nwd::audit {

// `progress` is told how many of how many entries were read, now and then. The checkpoint that all of it is under.
// DATA_LOSS names the first entry or tile that is not what was signed, also where a later epoch does not begin with what it
// cites; errors of the source as they come.
absl::StatusOr<Checkpoint> VerifyLog(LogSource& source, std::span<const Verifier> verifiers,
                                     const std::function<void(uint64_t done, uint64_t size)>& progress);

}  // namespace nwd::audit
