// The process's own figures, under the names that every Prometheus client library uses: process_cpu_seconds_total,
// process_open_fds, process_max_fds, process_resident_memory_bytes, process_virtual_memory_bytes,
// process_start_time_seconds, process_threads. Read from /proc at each scrape; what cannot be read is left out.
#pragma once

#include "common/metrics/metrics.h"

namespace nwd::metrics {

[[nodiscard]] Registration AddProcessMetrics(Registry& registry);

}  // namespace nwd::metrics
