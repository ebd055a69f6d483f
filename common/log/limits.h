// The limits of logging.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace nwd::log {

// Lines waiting for the writer. A line that finds no room is dropped and counted.
inline constexpr size_t kQueueBytesMax = 4 << 20;

// How long the writer lets lines gather before it writes them together: waking it once for many lines is what keeps a
// line cheap.
inline constexpr absl::Duration kGatherTime = absl::Milliseconds(5);

// A text value longer than this is cut, and ends in "…".
inline constexpr size_t kValueBytesMax = 4096;

// A log file is renamed away at this size; so many old ones are kept.
inline constexpr size_t kFileBytesMax = 64 << 20;
inline constexpr size_t kOldFilesMax = 3;

}  // namespace nwd::log
