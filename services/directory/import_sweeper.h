// Deletes what imports leave behind: pages of those no longer open, rows that a newer one replaced or that a commit
// wrote which never came to its end. In bounded transactions; safe to do again. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/async/task.h"
#include "common/async/worker_pool.h"
#include "common/store/store.h"

namespace nwd::directory {

class ImportSweeper {
 public:
  ImportSweeper(store::Store& store, async::WorkerPool& pool) : store_(store), pool_(pool) {}

  async::Task<absl::Status> SweepPages();
  // The caller holds the turn of imports: rows of a commit under way look like rows of one that never ended.
  async::Task<absl::Status> SweepRows();

 private:
  async::Task<absl::Status> Delete(const std::vector<std::string>& keys);

  store::Store& store_;
  async::WorkerPool& pool_;
};

}  // namespace nwd::directory
