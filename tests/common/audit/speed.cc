// What an audit log costs (log_speed.h), by hand:
//
//   nwd-audit-speed [entries]        prints one line a figure; 1,000,000 where nothing is said
#include <cstdio>
#include <cstdlib>

#include "tests/common/audit/log_speed.h"
#include "tests/testing/temp_folder.h"

int main(int argc, char** argv) {
  const uint64_t entries = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const nwd::testing::TempFolder folder;
  const nwd::audit::LogSpeed speed = nwd::audit::MeasureLog(folder.Path() + "/data", entries);
  std::printf("audit-append        %9.0f entries/s durable; all signed %.2f s after the last\n", speed.entries_per_s,
              speed.signed_after_s);
  std::printf("check at start      %9.2f s\n", speed.check_s);
  std::printf("audit-proof         %9.0f us median, %.0f us at 99 %%\n", speed.proof_median_us, speed.proof_p99_us);
  std::printf("audit verify, http  %9.2f s\n", speed.verify_s);
  return 0;
}
