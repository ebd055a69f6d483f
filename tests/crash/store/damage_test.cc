#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/base/strings.h"
#include "common/store_rocksdb/rocks_store.h"
#include "tests/testing/store_words.h"
#include "tests/testing/temp_folder.h"

namespace nwd::crash {
namespace {

namespace fs = std::filesystem;
using testing::Get;

constexpr int kWrites = 200;

// A closed store whose writes are still in its write-ahead log.
class DamagedStore : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto store = store::RocksStore::Open({.folder = path_});
    ASSERT_TRUE(store.ok()) << store.status();
    for (int i = 0; i < kWrites; ++i) ASSERT_TRUE(testing::Put(**store, Cat("key-", i), std::string(1000, 'v')).ok());
  }

  fs::path NewestLog() const {
    fs::path newest;
    for (const auto& file : fs::directory_iterator(path_)) {
      if (file.path().extension() == ".log" && file.path() > newest) newest = file.path();
    }
    EXPECT_GT(fs::file_size(newest), static_cast<uintmax_t>(kWrites * 1000)) << newest;
    return newest;
  }

  static void FlipByte(const fs::path& file, std::streamoff at) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(at);
    const char flipped = static_cast<char>(bytes.get() ^ 0x40);
    bytes.seekp(at);
    bytes.put(flipped);
    ASSERT_TRUE(bytes.good());
  }

  testing::TempFolder folder_;
  const std::string path_ = folder_ / "store";
};

TEST_F(DamagedStore, WithAFlippedByteInTheMiddleOfItsLogIsRefused) {
  const fs::path log = NewestLog();
  FlipByte(log, static_cast<std::streamoff>(fs::file_size(log) / 2));
  const auto store = store::RocksStore::Open({.folder = path_});
  EXPECT_TRUE(absl::IsDataLoss(store.status())) << store.status();
  EXPECT_NE(store.status().ToString().find("restore the newest backup"), std::string::npos) << store.status();
}

TEST_F(DamagedStore, WhoseLogEndsInTheMiddleOfARecordOpensWithoutIt) {
  const fs::path log = NewestLog();
  fs::resize_file(log, fs::file_size(log) - 7);
  const auto store = store::RocksStore::Open({.folder = path_});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(Get(**store, Cat("key-", kWrites - 2)).size(), 1000u);
  EXPECT_EQ(Get(**store, Cat("key-", kWrites - 1)), "(none)");
}

TEST_F(DamagedStore, WithADamagedTableSaysDataLossWhenItIsRead) {
  {
    // A checkpoint brings the entries into a table file.
    const auto store = store::RocksStore::Open({.folder = path_});
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->Checkpoint(folder_ / "copy").ok());
  }
  int damaged = 0;
  for (const auto& file : fs::directory_iterator(folder_ / "copy")) {
    if (file.path().extension() != ".sst" || fs::file_size(file.path()) < 2000) continue;
    FlipByte(file.path(), 100);
    ++damaged;
  }
  ASSERT_GE(damaged, 1);
  const auto copy = store::RocksStore::Open({.folder = folder_ / "copy"});
  ASSERT_TRUE(copy.ok()) << copy.status();
  const auto read = testing::View(**copy, [](const store::Reader& reader) {
    return reader.Scan({"", ""}, store::Direction::kForward,
                       [](std::string_view, std::string_view) { return store::Visit::kContinue; });
  });
  EXPECT_TRUE(absl::IsDataLoss(read)) << read;
}

}  // namespace
}  // namespace nwd::crash
