// Scans over files: a filter over the beginnings of keys may spare a scan whole files, and must never cost it a key.
#include "common/store_rocksdb/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "common/store_rocksdb/database.h"
#include "common/store_rocksdb/limits.h"
#include "common/store_rocksdb/options.h"
#include "common/store_rocksdb/rocks_status.h"
#include "rocksdb/perf_context.h"
#include "rocksdb/perf_level.h"
#include "tests/testing/temp_folder.h"

namespace nwd::store::rocks {
namespace {

class RocksReadingTest : public ::testing::Test {
 protected:
  RocksReadingTest() {
    auto opened = Database::Open({.folder = folder_ / "store"}, failure_, feeds_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
  }

  void Put(const std::string& key) {
    ASSERT_TRUE(database_->Engine().Put(SyncedWrite(), database_->Data(), key, "v").ok());
  }
  void Flush() { ASSERT_TRUE(database_->Engine().Flush({}, database_->Data()).ok()); }
  std::vector<std::string> KeysIn(const Range& range, Direction direction) {
    std::vector<std::string> keys;
    RocksCursor cursor(*database_, database_->Data(), nullptr, range, direction);
    for (; cursor.Valid(); cursor.Next()) keys.emplace_back(cursor.Key());
    EXPECT_TRUE(cursor.Health().ok());
    return keys;
  }

  testing::TempFolder folder_;
  Failure failure_;
  Feeds feeds_;
  std::unique_ptr<Database> database_;
};

// Keys around the length that filters know, of few bytes, so that many begin alike, and of bytes at the end of their order.
TEST_F(RocksReadingTest, ScansMeetEveryKeyOfTheirRangeInWhicheverFileItLies) {
  std::mt19937 random(20261130);
  const auto any_key = [&] {
    std::string key(kScannedPrefixBytes - 2 + random() % 5, 'a');
    for (char& byte : key) {
      if (random() % 4 == 0) byte = "b\xfe\xff\x00"[random() % 4];
    }
    return key;
  };
  std::map<std::string, int> written;
  for (int file = 0; file < 4; ++file) {
    for (int i = 0; i < 300; ++i) {
      const std::string key = any_key();
      Put(key);
      written[key] = file;
    }
    if (file < 3) Flush();  // the last stay in the memory table
  }
  for (int i = 0; i < 5'000; ++i) {
    const std::string begin = any_key();
    const Range range = random() % 2 == 0 ? Range{begin, any_key()} : PrefixRange(begin);
    std::vector<std::string> expected;
    for (const auto& [key, file] : written) {
      if (key >= range.begin && (range.end.empty() || key < range.end)) expected.push_back(key);
    }
    ASSERT_EQ(KeysIn(range, Direction::kForward), expected) << i;
    std::reverse(expected.begin(), expected.end());
    ASSERT_EQ(KeysIn(range, Direction::kBackward), expected) << i;
  }
}

TEST_F(RocksReadingTest, AScanForWhatIsNotThereReadsNoBlockOfAnyFile) {
  const auto key = [](int owner, int what) {
    return std::string("x") + std::string(8, static_cast<char>(owner)) + std::to_string(what);
  };
  for (const int what : {1, 2, 3}) {
    for (int owner = 0; owner < 100; owner += 2) Put(key(owner, what));
    Flush();
  }
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
  rocksdb::get_perf_context()->Reset();
  int met = 0;
  for (int owner = 1; owner < 100; owner += 2) {
    met += static_cast<int>(KeysIn(PrefixRange(key(owner, 0).substr(0, 9)), Direction::kForward).size());
  }
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  EXPECT_EQ(met, 0);
  // But for what a filter takes for what it knows, one in a hundred.
  EXPECT_GE(rocksdb::get_perf_context()->bloom_sst_miss_count, 3 * 50 - 15);
}

}  // namespace
}  // namespace nwd::store::rocks
