// A time by a clock that nobody sets, for how long something took or is to wait: to be compared with itself alone.
#pragma once

#include <chrono>

#include "absl/time/time.h"

namespace nwd {

inline absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace nwd
