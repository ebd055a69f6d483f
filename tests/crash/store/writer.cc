#include "tests/crash/store/writer.h"

#include <unistd.h>

#include <cstdio>

#include "common/base/strings.h"
#include "common/store_rocksdb/rocks_store.h"
#include "tests/testing/store_words.h"

namespace nwd::crash {
namespace {
constexpr int kWritersAtOnce = 16;
}  // namespace

std::string LeftKey(uint64_t id) { return Cat("left-", id); }
std::string RightKey(uint64_t id) { return Cat("right-", id); }
std::string EntryOf(uint64_t id) { return Cat(id); }

int WriteUntilKilled(const std::string& folder, uint64_t first_id, int pipe) {
  const auto opened = store::RocksStore::Open({.folder = folder});
  if (!opened.ok()) {
    std::fprintf(stderr, "the writer cannot open the store: %s\n", opened.status().ToString().c_str());
    return 1;
  }
  store::Store& store = **opened;
  uint64_t next = first_id;
  testing::RunTogether(kWritersAtOnce, [&](int) -> async::Task<void> {
    while (true) {
      const uint64_t id = next++;
      auto body = [id](store::Txn& txn) {
        txn.Put(LeftKey(id), std::string(id % 2000, 'l'));
        txn.Append(store::Feed::kChanges, EntryOf(id));
        txn.Put(RightKey(id), std::string(id % 300, 'r'));
        return absl::OkStatus();
      };
      if (!(co_await store.Update(body)).ok()) co_return;
      if (write(pipe, &id, sizeof id) != sizeof id) co_return;
    }
  });
  return 1;
}

}  // namespace nwd::crash
