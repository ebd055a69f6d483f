// The name of a log and its epoch, and checkpoints of whichever epoch: a log that was restored from a backup goes on under
// another name with the same keys (common/audit/epoch.h). No state.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/audit/note.h"
#include "deploy/audit/log_source.h"

namespace nwd::audit {

// "nwd/hub.example/consent/" and 1; the text lies in the origin's.
struct LogName {
  std::string_view log;
  uint64_t epoch = 0;
};
std::optional<LogName> LogNameOf(std::string_view origin);

// The checkpoint in a note of the log whose keys these are, of the epoch that they are named for or a later one. Errors are
// OpenCheckpoint's.
absl::StatusOr<Checkpoint> OpenOfAnyEpoch(const std::string& note, std::span<const Verifier> verifiers);

// What a log shows as its checkpoint. DATA_LOSS where those keys did not sign it, also where it is no checkpoint at all: a
// log has one, always. Errors of the source as they come.
absl::StatusOr<Checkpoint> ShownCheckpoint(LogSource& source, const std::string& path,
                                           std::span<const Verifier> verifiers, std::string* note);

// The note that the first entry of an epoch cites, as the log shows it; empty where it cites none. DATA_LOSS where the entry
// cites another, or begins no epoch. Errors of the source as they come.
absl::StatusOr<std::string> CitedBy(LogSource& source, std::string_view first_entry);

}  // namespace nwd::audit
