// The name of a log and its epoch, and checkpoints of whichever epoch: a log that was restored from a backup goes on under
// another name with the same keys (common/audit/epoch.h). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/audit/note.h"

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

}  // namespace nwd::audit
