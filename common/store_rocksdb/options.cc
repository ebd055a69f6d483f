#include "common/store_rocksdb/options.h"

#include "common/store_rocksdb/engine_log.h"
#include "common/store_rocksdb/limits.h"
#include "common/store_rocksdb/rocks_status.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"

namespace nwd::store::rocks {
namespace {

rocksdb::BlockBasedTableOptions TableOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Indexes and filters are counted against the cache and stay in it, so that a get looks nothing up but its data
  // block. They are about half a percent of the data.
  table.cache_index_and_filter_blocks = true;
  table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kAll;
  table.format_version = 5;
  return table;
}

rocksdb::ColumnFamilyOptions FamilyOptions(const rocksdb::BlockBasedTableOptions& table) {
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.level_compaction_dynamic_level_bytes = true;
  return options;
}

// For families whose keys are looked up one by one.
rocksdb::ColumnFamilyOptions LookedUp(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table = TableOptions(cache);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.whole_key_filtering = true;
  rocksdb::ColumnFamilyOptions options = FamilyOptions(table);
  // Nearly all that is kept is sealed: compressing it saved 2 % and cost each block that is read an unpacking.
  options.compression = rocksdb::kNoCompression;
  // Most gets are for keys long flushed: the filter spares them a walk through the memory table, a third of what a get
  // costs.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = kMemtableFilterShare;
  // The filters know the beginnings of keys as well: a scan of what has one beginning (what somebody has) asks only the
  // files that may hold any of it, where else it would read a block in each level.
  options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kScannedPrefixBytes));
  return options;
}

// For families that are only read in order: larger blocks, a smaller index, no filter.
rocksdb::ColumnFamilyOptions ReadInOrder(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table = TableOptions(cache);
  table.block_size = kFeedsBlockBytes;
  rocksdb::ColumnFamilyOptions options = FamilyOptions(table);
  options.compression = rocksdb::kLZ4Compression;
  return options;
}

}  // namespace

void Listener::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) {
  background_errors_.fetch_add(1, std::memory_order_relaxed);
  failure_.Set(
      absl::UnavailableError("the store's engine failed in the background and takes no more writes; mend the cause "
                             "and restart: " +
                             error->ToString()));
}

void Listener::OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) {
  if (info.condition.cur != rocksdb::WriteStallCondition::kNormal) stalls_.fetch_add(1, std::memory_order_relaxed);
}

rocksdb::DBOptions DatabaseOptions(const std::string& folder, std::shared_ptr<Listener> listener) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // Every write is synced before it is acknowledged, so the log can only be incomplete at its very end, in a write
  // nobody was told of. The default mode would also open after damage in the middle and silently drop every
  // acknowledged write behind it.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = kWalBytesMax;
  options.max_open_files = kOpenFilesMax;
  options.max_background_jobs = kBackgroundJobsMax;
  options.info_log = std::make_shared<EngineLog>(folder);
  options.bytes_per_sync = kBytesPerSync;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // An error is final until a restart; the engine does not try again behind our back.
  options.max_bgerror_resume_count = 0;
  options.avoid_unnecessary_blocking_io = true;
  // Only the committer writes, one batch at a time: nothing to overlap.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.listeners = {std::move(listener)};
  return options;
}

rocksdb::ColumnFamilyOptions DataOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = LookedUp(cache);
  options.write_buffer_size = kDataWriteBufferBytes;
  options.max_write_buffer_number = kDataWriteBuffersMax;
  return options;
}

rocksdb::ColumnFamilyOptions FeedsOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = ReadInOrder(cache);
  options.write_buffer_size = kFeedsWriteBufferBytes;
  options.max_write_buffer_number = kFeedsWriteBuffersMax;
  return options;
}

rocksdb::ColumnFamilyOptions MetaOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = LookedUp(cache);
  options.write_buffer_size = kMetaWriteBufferBytes;
  return options;
}

rocksdb::WriteOptions SyncedWrite() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace nwd::store::rocks
