// What an audit log costs on the real engine: appending and taking in, checking the whole, proving one entry, and reading
// all of it as a stranger does. Blocks; what fails ends the program.
#pragma once

#include <cstdint>
#include <string>

namespace nwd::audit {

struct LogSpeed {
  double entries_per_s = 0;   // appended, durable
  double signed_after_s = 0;  // all of them, after the last was durable
  double check_s = 0;         // the check at a start
  double proof_median_us = 0;
  double proof_p99_us = 0;
  double verify_s = 0;  // `nwd audit verify` over HTTP
};

// `folder`: made, must not exist yet; on a real disk.
LogSpeed MeasureLog(const std::string& folder, uint64_t entries);

}  // namespace nwd::audit
