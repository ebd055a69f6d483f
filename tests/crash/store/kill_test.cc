#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/store_rocksdb/rocks_store.h"
#include "tests/crash/store/writer.h"
#include "tests/testing/store_words.h"
#include "tests/testing/temp_folder.h"

namespace nwd::crash {
namespace {

constexpr int kRounds = 5;
constexpr uint64_t kIdsPerRound = 10'000'000;

// A writer in a process of its own; killed at the latest when this goes.
class Writer {
 public:
  Writer(const std::string& folder, uint64_t first_id) {
    int ends[2];
    NWD_CHECK(pipe(ends) == 0);
    const std::string first = Cat(first_id), out = Cat(ends[1]), flag(kWriterFlag);
    pid_ = fork();
    NWD_CHECK(pid_ >= 0);
    if (pid_ == 0) {
      close(ends[0]);
      execl("/proc/self/exe", "writer", flag.c_str(), folder.c_str(), first.c_str(), out.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    acknowledged_ = ends[0];
  }
  ~Writer() {
    Kill();
    close(acknowledged_);
  }

  // The next id the writer was told is durable; false once it is dead and all was read.
  bool NextAcknowledged(uint64_t* id) { return read(acknowledged_, id, sizeof *id) == sizeof *id; }

  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int acknowledged_ = -1;
};

void ExpectWhole(store::Store& store, const std::set<uint64_t>& acknowledged) {
  std::map<uint64_t, int> in_feed;
  store::Position at = 0;
  while (at < store.LastPosition(store::Feed::kChanges)) {
    const auto entries = store.ReadFeed(store::Feed::kChanges, at, 1000);
    ASSERT_TRUE(entries.ok()) << entries.status();
    ASSERT_FALSE(entries->empty()) << "a hole in the feed after " << at;
    for (const store::FeedEntry& entry : *entries) {
      ASSERT_EQ(entry.position, ++at) << "a hole in the feed";
      uint64_t id = 0;
      ASSERT_TRUE(absl::SimpleAtoi(entry.bytes, &id));
      EXPECT_EQ(++in_feed[id], 1) << "transaction " << id << " is in the feed twice";
    }
  }
  std::set<std::string> keys;
  for (const auto& [key, value] : testing::Scan(store, {"", ""})) keys.insert(key);
  for (const auto& [id, times] : in_feed) {
    EXPECT_TRUE(keys.contains(LeftKey(id)) && keys.contains(RightKey(id))) << "half of transaction " << id;
  }
  EXPECT_EQ(keys.size(), 2 * in_feed.size()) << "transactions with keys and no feed entry";
  for (const uint64_t id : acknowledged) EXPECT_TRUE(in_feed.contains(id)) << "acknowledged and lost: " << id;
}

TEST(KilledStore, KeepsEveryAcknowledgedTransactionWholeAndNoneByHalf) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(Cat("seed ", seed));
  std::mt19937 random(seed);
  testing::TempFolder folder;
  std::set<uint64_t> acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    const size_t before = acknowledged.size();
    {
      Writer writer(folder / "store", round * kIdsPerRound);
      const size_t until = before + 20 + random() % 3000;
      uint64_t id = 0;
      while (acknowledged.size() < until && writer.NextAcknowledged(&id)) acknowledged.insert(id);
      ASSERT_EQ(acknowledged.size(), until) << "the writer ended by itself";
      absl::SleepFor(absl::Microseconds(random() % 3000));  // anywhere between two syncs
      writer.Kill();
      while (writer.NextAcknowledged(&id)) acknowledged.insert(id);
    }
    const auto store = store::RocksStore::Open({.folder = folder / "store"});
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectWhole(**store, acknowledged);
    if (HasFailure()) return;
  }
  RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
}

}  // namespace
}  // namespace nwd::crash
