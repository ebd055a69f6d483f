// What the log lost: nwd_log_dropped_lines_total, read at scrape.
#pragma once

#include "common/metrics/metrics.h"

namespace nwd::program {

[[nodiscard]] metrics::Registration AddLogMetrics(metrics::Registry& registry);

}  // namespace nwd::program
