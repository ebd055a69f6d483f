// Files that are there whole and on disk, or not at all. Errors are UNAVAILABLE and say which file and why. Pure functions;
// block.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nwd::files {

// Puts `content` in place of what the file held, readable for this user alone.
absl::Status WriteWhole(const std::string& path, std::string_view content);

// Adds whole lines to the file, made where it is missing. A last line that was cut off, by a crash, is taken away first.
absl::Status AppendLines(const std::string& path, std::string_view lines);

// Waits until everything that was written to the file system of this folder is on disk.
absl::Status SyncAll(const std::string& folder);

// The whole of it, up to `bytes_max`: a longer one is FAILED_PRECONDITION. NOT_FOUND where there is none.
absl::StatusOr<std::string> ReadWhole(const std::string& path, size_t bytes_max);

}  // namespace nwd::files
