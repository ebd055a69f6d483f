#include "common/program/log_metrics.h"

#include "common/log/log.h"

namespace nwd::program {

metrics::Registration AddLogMetrics(metrics::Registry& registry) {
  return registry.OnScrape([](metrics::Scrape& scrape) {
    scrape.Counter("nwd_log_dropped_lines_total", "Log lines lost to a full queue.",
                   static_cast<double>(log::DroppedLines()));
  });
}

}  // namespace nwd::program
