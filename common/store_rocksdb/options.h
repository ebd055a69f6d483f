// Every RocksDB option of the engine; the reasons stand in the .cc.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "common/store_rocksdb/failure.h"
#include "rocksdb/cache.h"
#include "rocksdb/listener.h"
#include "rocksdb/options.h"

namespace nwd::store::rocks {

// Hears of what goes wrong in the background.
class Listener final : public rocksdb::EventListener {
 public:
  explicit Listener(Failure& failure) : failure_(failure) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;
  void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) override;

  uint64_t BackgroundErrors() const { return background_errors_.load(std::memory_order_relaxed); }
  uint64_t Stalls() const { return stalls_.load(std::memory_order_relaxed); }

 private:
  Failure& failure_;
  std::atomic<uint64_t> background_errors_{0};
  std::atomic<uint64_t> stalls_{0};
};

rocksdb::DBOptions DatabaseOptions(const std::string& folder, std::shared_ptr<Listener> listener);
rocksdb::ColumnFamilyOptions DataOptions(const std::shared_ptr<rocksdb::Cache>& cache);
rocksdb::ColumnFamilyOptions FeedsOptions(const std::shared_ptr<rocksdb::Cache>& cache);
rocksdb::ColumnFamilyOptions MetaOptions(const std::shared_ptr<rocksdb::Cache>& cache);

// The one way anything is written.
rocksdb::WriteOptions SyncedWrite();

}  // namespace nwd::store::rocks
