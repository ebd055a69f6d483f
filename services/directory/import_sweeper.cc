#include "services/directory/import_sweeper.h"

#include <algorithm>

#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "services/directory/catalogue_repository.h"
#include "services/directory/import_repository.h"
#include "services/directory/limits.h"

namespace nwd::directory {

using store::Reader;
using store::Txn;

async::Task<absl::Status> ImportSweeper::Delete(const std::vector<std::string>& doomed) {
  for (size_t first = 0; first < doomed.size(); first += kBatchServices) {
    const size_t last = std::min(doomed.size(), first + kBatchServices);
    auto body = [&](Txn& txn) -> absl::Status {
      for (size_t i = first; i < last; ++i) txn.Delete(doomed[i]);
      return absl::OkStatus();
    };
    NWD_CO_RETURN_IF_ERROR(co_await store_.Update(body));
  }
  co_return absl::OkStatus();
}

async::Task<absl::Status> ImportSweeper::SweepPages() {
  while (true) {
    auto find = [&](const Reader& reader) { return FindAbandonedPages(reader, kBatchServices); };
    NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> doomed, co_await store_.View(find));
    if (doomed.empty()) co_return absl::OkStatus();
    NWD_CO_RETURN_IF_ERROR(co_await Delete(doomed));
  }
}

async::Task<absl::Status> ImportSweeper::SweepRows() {
  auto work = [&]() -> absl::StatusOr<std::vector<std::string>> {
    std::vector<std::string> stale;
    auto scan = [&](const Reader& reader) -> absl::Status {
      stale.clear();
      NWD_ASSIGN_OR_RETURN(const FeedRows feeds, AllFeeds(reader));
      return ScanServices(
          reader, feeds, [](const storage::ServiceRow&, uint64_t) {}, stale);
    };
    NWD_RETURN_IF_ERROR(async::BlockOn(store_.View(scan)));
    return stale;
  };
  NWD_CO_ASSIGN_OR_RETURN(const std::vector<std::string> stale, co_await pool_.Run(work));
  co_return co_await Delete(stale);
}

}  // namespace nwd::directory
