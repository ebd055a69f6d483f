// A key that was destroyed is in no live file, once the files have been rewritten: searched for, byte by byte.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/async/block_on.h"
#include "common/backup/backup.h"
#include "common/files/data_folder.h"
#include "common/person_keys/person_keys.h"
#include "common/person_keys/wrapped_key.h"
#include "common/store_rocksdb/rocks_store.h"
#include "tests/testing/temp_folder.h"

namespace nwd::person_keys {
namespace {

const crypto::HubKey& HubKeyForTests() {
  static const auto* const key =
      new crypto::HubKey(*crypto::HubKey::FromEnvironment("TEST", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  return *key;
}

constexpr char kWrappingKey[] = "0123456789abcdef0123456789abcdef";

class ForgetDeleted : public ::testing::Test {
 protected:
  ForgetDeleted() : store_(*store::RocksStore::Open({.folder = Live()})), keys_(*store_, kWrappingKey) {}

  std::string Live() const { return folder_.Path() + "/keys"; }
  void Make(const ids::Uuid& person) { ASSERT_TRUE(async::BlockOn(keys_.Ensure(person)).ok()); }
  // The key as it lies on disk.
  std::string Wrapped(const ids::Uuid& person) {
    std::string wrapped;
    auto look = [&](const store::Reader& reader) { return reader.Get(WrappedKeyRow(person), &wrapped); };
    EXPECT_TRUE(*async::BlockOn(store_->View(look)));
    return wrapped;
  }
  // In how many files under the folder these bytes are.
  static int FilesWith(const std::string& folder, const std::string& bytes) {
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      files += content.find(bytes) != std::string::npos;
    }
    return files;
  }

  testing::TempFolder folder_;
  std::unique_ptr<store::Store> store_;
  PersonKeys keys_;
};

TEST_F(ForgetDeleted, NeitherTheLogNorATableHoldsWhatWasDestroyed) {
  const ids::Uuid gone = ids::Uuid::Random(), in_table = ids::Uuid::Random(), stays = ids::Uuid::Random();
  Make(in_table);
  ASSERT_TRUE(store::RocksStore::ForgetDeleted(*store_).ok());  // it is in a table now
  Make(gone);
  Make(stays);
  const std::string bytes = Wrapped(gone), bytes_in_table = Wrapped(in_table), staying = Wrapped(stays);
  ASSERT_GT(FilesWith(Live(), bytes), 0) << "the search finds what is there";
  ASSERT_TRUE(async::BlockOn(keys_.Destroy(gone)).ok());
  ASSERT_TRUE(async::BlockOn(keys_.Destroy(in_table)).ok());
  EXPECT_GT(FilesWith(Live(), bytes), 0) << "deleted, and in the log yet";
  EXPECT_GT(FilesWith(Live(), bytes_in_table), 0) << "deleted, and in a table yet";
  ASSERT_TRUE(store::RocksStore::ForgetDeleted(*store_).ok());
  EXPECT_EQ(FilesWith(Live(), bytes), 0);
  EXPECT_EQ(FilesWith(Live(), bytes_in_table), 0);
  EXPECT_GT(FilesWith(Live(), staying), 0);
  EXPECT_TRUE(async::BlockOn(keys_.Find(stays)).ok());
}

TEST_F(ForgetDeleted, ABackupHoldsItUntilItHasHadItsTime) {
  const ids::Uuid person = ids::Uuid::Random();
  Make(person);
  const std::string bytes = Wrapped(person);
  const absl::Time made = absl::FromUnixSeconds(1'796'000'000);
  const backup::Places places{
      .data_folder = folder_ / "service", .backups = folder_ / "b", .key_backups = folder_ / "k"};
  ASSERT_TRUE(files::OpenDataFolder(places.data_folder, "consent", HubKeyForTests()).ok());
  const auto data = *store::RocksStore::Open({.folder = places.data_folder + "/data"});
  ASSERT_TRUE(backup::Make(places, {.service = "consent", .time = made, .checkpoint = {}}, *data, *store_).ok());
  ASSERT_TRUE(async::BlockOn(keys_.Destroy(person)).ok());
  ASSERT_TRUE(store::RocksStore::ForgetDeleted(*store_).ok());
  EXPECT_EQ(FilesWith(Live(), bytes), 0);
  EXPECT_GT(FilesWith(folder_.Path(), bytes), 0) << "the backup has it, which is why an erasure is complete only later";
  EXPECT_EQ(backup::LetGo(places, made + backup::kKeyBackupsKept - absl::Hours(3)).value(), 0);
  EXPECT_GT(FilesWith(folder_.Path(), bytes), 0);
  EXPECT_EQ(backup::Oldest(places.key_backups).value(), made) << "which is what an erasure waits for";
  EXPECT_EQ(backup::LetGo(places, made + backup::kKeyBackupsKept).value(), 2);
  EXPECT_EQ(FilesWith(folder_.Path(), bytes), 0);
  EXPECT_EQ(backup::Oldest(places.key_backups).value(), std::nullopt);
}

}  // namespace
}  // namespace nwd::person_keys
