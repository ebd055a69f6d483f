// What a program knows of the files in which people's keys lie, for who follows an erasure until no copy is left.
#pragma once

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nwd::person_keys {

// Each blocks: call it on a worker.
struct KeyFiles {
  // Takes out of the live files of the keys' store what was deleted. Null: nothing that was deleted is ever in a file.
  std::function<absl::Status()> forget_deleted = {};
  // When the oldest backup of keys that is still there was made; nothing where there is none. Null: none is ever made.
  std::function<absl::StatusOr<std::optional<absl::Time>>()> oldest_backup = {};
};

}  // namespace nwd::person_keys
