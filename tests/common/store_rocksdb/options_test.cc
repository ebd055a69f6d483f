// What the engine may take of the machine is what limits.h says: asked of an open database, where it is one number, and
// of what lies on the disk.
#include "common/store_rocksdb/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/strings.h"
#include "common/store/limits.h"
#include "common/store_rocksdb/database.h"
#include "common/store_rocksdb/engine_log.h"
#include "common/store_rocksdb/limits.h"
#include "rocksdb/table.h"
#include "tests/testing/store_words.h"
#include "tests/testing/temp_folder.h"

namespace nwd::store::rocks {
namespace {

class RocksOptionsTest : public ::testing::Test {
 protected:
  RocksOptionsTest() {
    auto opened = Database::Open({.folder = folder_ / "store"}, failure_, feeds_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
  }
  const std::vector<rocksdb::ColumnFamilyHandle*> families() const {
    return {database_->Data(), database_->FeedEntries(), database_->Meta()};
  }
  rocksdb::Options OptionsOf(rocksdb::ColumnFamilyHandle* family) const {
    return database_->Engine().GetOptions(family);
  }

  testing::TempFolder folder_;
  Failure failure_;
  Feeds feeds_;
  std::unique_ptr<Database> database_;
};

TEST_F(RocksOptionsTest, AllFamiliesShareOneBlockCacheThatHoldsIndexesAndFiltersToo) {
  const auto table = [&](rocksdb::ColumnFamilyHandle* family) {
    return *OptionsOf(family).table_factory->GetOptions<rocksdb::BlockBasedTableOptions>();
  };
  const std::shared_ptr<rocksdb::Cache> cache = table(database_->Data()).block_cache;
  ASSERT_NE(cache, nullptr);
  EXPECT_EQ(cache->GetCapacity(), kBlockCacheBytes);
  for (rocksdb::ColumnFamilyHandle* family : families()) {
    EXPECT_EQ(table(family).block_cache, cache) << family->GetName();
    EXPECT_TRUE(table(family).cache_index_and_filter_blocks) << family->GetName();
  }
}

TEST_F(RocksOptionsTest, MemoryTablesOfAllFamiliesTogetherStayBelowTheirSum) {
  size_t bytes = 0;
  for (rocksdb::ColumnFamilyHandle* family : families()) {
    const rocksdb::Options options = OptionsOf(family);
    bytes += options.write_buffer_size * options.max_write_buffer_number;
  }
  constexpr size_t kMetaWriteBuffersMax = 2;  // the engine's default
  EXPECT_EQ(bytes, kDataWriteBufferBytes * kDataWriteBuffersMax + kFeedsWriteBufferBytes * kFeedsWriteBuffersMax +
                       kMetaWriteBufferBytes * kMetaWriteBuffersMax);
}

TEST_F(RocksOptionsTest, FilesThreadsAndTheLogAreBounded) {
  const rocksdb::DBOptions options = database_->Engine().GetDBOptions();
  EXPECT_EQ(options.max_total_wal_size, kWalBytesMax);
  EXPECT_EQ(options.max_open_files, kOpenFilesMax);
  EXPECT_EQ(options.max_background_jobs, kBackgroundJobsMax);
  EXPECT_EQ(options.wal_compression, rocksdb::kNoCompression);
  EXPECT_EQ(options.recycle_log_file_num, 0u);
}

TEST_F(RocksOptionsTest, EveryWriteIsSynced) { EXPECT_TRUE(SyncedWrite().sync); }

// More than the bound is written; what the engine keeps of the log is deleted once its memory tables are on the disk.
TEST_F(RocksOptionsTest, TheWriteAheadLogDoesNotGrowBeyondItsBound) {
  const std::string piece(1 << 20, 'x');
  const size_t pieces = 2 * kWalBytesMax / piece.size();
  for (size_t i = 0; i < pieces; ++i) {
    rocksdb::WriteBatch batch;
    ASSERT_TRUE(batch.Put(database_->Data(), Cat("k", i), piece).ok());
    ASSERT_TRUE(database_->Engine().Write(rocksdb::WriteOptions(), &batch).ok());
  }
  ASSERT_TRUE(database_->Engine().Flush(rocksdb::FlushOptions(), families()).ok());
  uint64_t bytes = 0;
  rocksdb::VectorLogPtr logs;
  ASSERT_TRUE(database_->Engine().GetSortedWalFiles(logs).ok());
  for (const auto& log : logs) bytes += log->SizeFileBytes();
  EXPECT_LE(bytes, kWalBytesMax);
  uint64_t held = 0;
  ASSERT_TRUE(database_->Engine().GetAggregatedIntProperty(rocksdb::DB::Properties::kSizeAllMemTables, &held));
  EXPECT_LE(held, kDataWriteBufferBytes * kDataWriteBuffersMax + kFeedsWriteBufferBytes * kFeedsWriteBuffersMax);
}

TEST(EngineLog, KeepsItsFileAndOneBeforeItEachBelowTheBound) {
  testing::TempFolder folder;
  EngineLog log(folder.Path());
  const std::string line(2 * kLogLineBytesMax, 'x');
  for (size_t written = 0; written < 3 * kLogFileBytesMax; written += kLogLineBytesMax) {
    rocksdb::Warn(&log, "%s", line.c_str());
  }
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.Path())) {
    names.push_back(entry.path().filename());
    EXPECT_LE(entry.file_size(), kLogFileBytesMax) << entry.path();
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("engine.txt", "engine.txt.old"));
}

}  // namespace
}  // namespace nwd::store::rocks
