// Where the writer puts finished lines. Used by one thread at a time.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/log/log.h"

namespace nwd::log {

class Sink {
 public:
  virtual ~Sink() = default;
  // `lines` ends in a newline and holds whole lines.
  virtual void Write(std::string_view lines) = 0;
};

// The destination that the options name.
absl::StatusOr<std::unique_ptr<Sink>> MakeSink(const Options& options);

}  // namespace nwd::log
