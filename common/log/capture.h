// For tests: takes the process's log while it lives. One at a time.
//
//   log::Capture capture;
//   … code that logs …
//   EXPECT_THAT(capture.Lines(), Contains(HasSubstr("\"event\":\"tls.reload_refused\"")));
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/base/check.h"
#include "common/log/log.h"

namespace nwd::log {

class Capture {
 public:
  explicit Capture(Level level = Level::kDebug) {
    NWD_CHECK(Init({.program = "",
                    .level = level,
                    .file = "",
                    .receiver =
                        [this](std::string_view line) {
                          absl::MutexLock lock(&mutex_);
                          lines_.emplace_back(line);
                        }})
                  .ok());
  }
  ~Capture() { Shutdown(); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  // Every line emitted so far.
  std::vector<std::string> Lines() {
    Flush();
    absl::MutexLock lock(&mutex_);
    return lines_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace nwd::log
