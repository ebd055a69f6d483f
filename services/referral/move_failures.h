// Moves of the suite that failed: each is logged with its referral, all are counted. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/log/log.h"

namespace nwd::referral {

class MoveFailures {
 public:
  // `event`: what the log calls it.
  explicit MoveFailures(std::string_view event) : event_(event) {}

  void Note(const std::string& referral_id, const absl::Status& status) {
    count_.fetch_add(1, std::memory_order_relaxed);
    log::Line(log::Level::kWarning, event_).Str("referral_id", referral_id).Status(status).Emit();
  }
  int64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  const std::string_view event_;
  std::atomic<int64_t> count_{0};
};

}  // namespace nwd::referral
