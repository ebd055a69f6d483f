#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/store_rocksdb/rocks_store.h"
#include "tests/testing/store_words.h"
#include "tests/testing/temp_folder.h"

namespace nwd::store {
namespace {

using ::testing::HasSubstr;

std::string OpenError(const std::string& folder) {
  const auto store = RocksStore::Open({.folder = folder});
  return store.ok() ? "it opened" : store.status().ToString();
}

TEST(RocksStoreOpen, MakesItsFolderForThisUserAlone) {
  testing::TempFolder folder;
  ASSERT_TRUE(RocksStore::Open({.folder = folder / "store"}).ok());
  struct stat about {};
  ASSERT_EQ(stat((folder / "store").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700u);
}

TEST(RocksStoreOpen, RefusesAFolderInUse) {
  testing::TempFolder folder;
  const auto first = RocksStore::Open({.folder = folder / "store"});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(OpenError(folder / "store"), HasSubstr("in use by another process"));
  EXPECT_TRUE(testing::Put(**first, "key", "1").ok()) << "the first goes on";
}

TEST(RocksStoreOpen, RefusesWhatIsNoFolder) {
  testing::TempFolder folder;
  std::ofstream(folder / "file") << "text";
  EXPECT_THAT(OpenError(folder / "file"), HasSubstr("is not a folder"));
  EXPECT_THAT(OpenError(folder / "file/below"), HasSubstr("cannot be made"));
  EXPECT_THAT(OpenError(folder / "missing/below"), HasSubstr("cannot be made"));
  EXPECT_THAT(OpenError(""), HasSubstr("name one"));
}

TEST(RocksStoreOpen, RefusesAFolderItMayNotWriteTo) {
  if (geteuid() == 0) GTEST_SKIP() << "the superuser may write anywhere";
  testing::TempFolder folder;
  ASSERT_EQ(mkdir((folder / "store").c_str(), 0500), 0);
  EXPECT_THAT(OpenError(folder / "store"), HasSubstr("not writable"));
}

TEST(RocksStoreOpen, RefusesAFolderWhoseRecordsAreDamaged) {
  testing::TempFolder folder;
  ASSERT_TRUE(RocksStore::Open({.folder = folder / "store"}).ok());
  std::ofstream(folder / "store/CURRENT") << "MANIFEST-999999\n";
  EXPECT_THAT(OpenError(folder / "store"), HasSubstr((folder / "store").c_str()));
}

}  // namespace
}  // namespace nwd::store
