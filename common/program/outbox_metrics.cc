#include "common/program/outbox_metrics.h"

namespace nwd::program {

metrics::Registration AddOutboxMetrics(metrics::Registry& registry, const outbox::Outbox& outbox) {
  return registry.OnScrape([&outbox](metrics::Scrape& scrape) {
    const outbox::Figures figures = outbox.figures();
    scrape.Gauge("nwd_outbox_waiting", "Groups of entries that are still to be delivered.",
                 static_cast<double>(figures.waiting));
    scrape.Gauge("nwd_outbox_oldest_age_seconds", "How long the first of them has waited.", figures.oldest_age_seconds);
    scrape.Counter("nwd_outbox_failures_total", "Deliveries that failed and are tried again.",
                   static_cast<double>(figures.failures));
    scrape.Counter("nwd_outbox_set_aside_total", "Entries refused for good.", static_cast<double>(figures.set_aside));
  });
}

}  // namespace nwd::program
