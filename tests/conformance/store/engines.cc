#include "tests/conformance/store/engines.h"

#include "common/store_memory/memory_store.h"
#include "common/store_rocksdb/rocks_store.h"

namespace nwd::store {

std::vector<Engine> Engines() {
  return {
      {.name = "Memory",
       .open = [](const std::string&) -> absl::StatusOr<std::unique_ptr<Store>> {
         return std::make_unique<MemoryStore>();
       },
       .durable = false,
       .checkpoints = false},
      {.name = "RocksDB", .open = [](const std::string& folder) { return RocksStore::Open({.folder = folder}); }},
  };
}

std::string EngineName(const ::testing::TestParamInfo<Engine>& info) { return info.param.name; }

}  // namespace nwd::store
