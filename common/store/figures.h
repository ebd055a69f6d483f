// What a store tells about itself, for metrics and for operators. Plain numbers: whoever exports them chooses the
// names. Totals run since the store was opened; the rest is how things stand now.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace nwd::store {

// How long something took, counted in buckets whose bounds double.
struct DurationFigures {
  // Bucket i counts what took at most kFirstBoundMicros << i; the last counts the rest.
  static constexpr int kBuckets = 16;
  static constexpr int64_t kFirstBoundMicros = 50;

  std::array<uint64_t, kBuckets> buckets{};
  uint64_t count = 0;
  absl::Duration sum;
  absl::Duration max;

  static constexpr int64_t BoundMicros(int bucket) { return kFirstBoundMicros << bucket; }
  void Add(absl::Duration took) {
    const int64_t micros = absl::ToInt64Microseconds(took);
    int bucket = 0;
    while (bucket < kBuckets - 1 && micros > BoundMicros(bucket)) ++bucket;
    ++buckets[bucket];
    ++count;
    sum += took;
    if (took > max) max = took;
  }
};

struct StoreFigures {
  uint64_t updates_committed = 0;  // updates whose body succeeded and whose effect is durable
  uint64_t updates_failed = 0;     // updates whose body returned an error, or that met a failed engine
  uint64_t updates_expired = 0;    // dropped: past their deadline before their body ran
  uint64_t updates_refused = 0;    // turned away: too many were waiting, or the engine had failed
  uint64_t batches = 0;            // synced writes; updates_committed / batches is the mean batch
  DurationFigures sync;            // each synced write, from hand-over to durable
  size_t waiting_updates = 0;      // queue depth now
  uint64_t wal_bytes_total = 0;    // bytes handed to the write-ahead log
  uint64_t memtable_bytes = 0;
  uint64_t block_cache_bytes = 0;
  uint64_t table_bytes = 0;     // table files on disk
  uint64_t change_entries = 0;  // kept in Feed::kChanges
  uint64_t audit_entries = 0;   // kept in Feed::kAudit
  uint64_t background_errors = 0;
  uint64_t write_stalls = 0;  // times the engine began to slow or stop writes
};

}  // namespace nwd::store
