#include "common/program/store_metrics.h"

#include "common/store/figures.h"

namespace nwd::program {

metrics::Registration AddStoreMetrics(metrics::Registry& registry, const std::string& name, const store::Store& store) {
  return registry.OnScrape([name, &store](metrics::Scrape& scrape) {
    const store::StoreFigures figures = store.Figures();
    const metrics::Labels labels = {{"store", name}};
    const auto counter = [&](const char* metric, const char* help, double value) {
      scrape.Counter(std::string("nwd_store_") + metric, help, value, labels);
    };
    const auto gauge = [&](const char* metric, const char* help, double value) {
      scrape.Gauge(std::string("nwd_store_") + metric, help, value, labels);
    };
    counter("updates_committed_total", "Updates made durable.", figures.updates_committed);
    counter("updates_failed_total", "Updates whose body failed, or that met a failed engine.", figures.updates_failed);
    counter("updates_expired_total", "Updates dropped because their deadline had passed.", figures.updates_expired);
    counter("updates_refused_total", "Updates turned away because too many waited.", figures.updates_refused);
    counter("commits_total", "Synced writes by the committer; updates by commits is the mean batch.", figures.batches);
    counter("commit_seconds_total", "Time spent in synced writes.", absl::ToDoubleSeconds(figures.sync.sum));
    gauge("commit_seconds_max", "The longest synced write.", absl::ToDoubleSeconds(figures.sync.max));
    gauge("waiting_updates", "Updates waiting for the committer now.", figures.waiting_updates);
    counter("wal_bytes_total", "Bytes handed to the write-ahead log.", figures.wal_bytes_total);
    gauge("memtable_bytes", "Bytes in write buffers.", figures.memtable_bytes);
    gauge("block_cache_bytes", "Bytes in the block cache.", figures.block_cache_bytes);
    gauge("table_bytes", "Bytes in table files on disk.", figures.table_bytes);
    gauge("change_entries", "Entries kept in the change feed.", figures.change_entries);
    gauge("audit_entries", "Entries kept in the audit log.", figures.audit_entries);
    counter("background_errors_total", "Errors of the engine's background work.", figures.background_errors);
    counter("write_stalls_total", "Times the engine slowed or stopped writes.", figures.write_stalls);
    gauge("healthy", "1 while the store can be read and written.", store.Health().ok() ? 1 : 0);
  });
}

}  // namespace nwd::program
