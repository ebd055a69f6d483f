// Backups on a real disk: what is in them, when they go, and what a restore refuses.
#include "common/backup/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/time/clock.h"
#include "common/backup/restore.h"
#include "common/base/strings.h"
#include "common/files/data_folder.h"
#include "common/files/files.h"
#include "common/store_rocksdb/rocks_store.h"
#include "tests/testing/store_words.h"
#include "tests/testing/temp_folder.h"

namespace nwd::backup {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'796'000'000);

const crypto::HubKey& HubKeyForTests() {
  static const auto* const key =
      new crypto::HubKey(*crypto::HubKey::FromEnvironment("TEST", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  return *key;
}

class Backups : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(files::OpenDataFolder(places_.data_folder, "referral", HubKeyForTests()).ok());
    data_ = *store::RocksStore::Open({.folder = places_.data_folder + "/data"});
    keys_ = *store::RocksStore::Open({.folder = places_.data_folder + "/keys"});
    Put(*data_, "row", "before");
    Put(*keys_, "key", "secret");
  }
  static void Put(store::Store& store, const std::string& key, const std::string& value) {
    const auto put = [&](store::Txn& txn) {
      txn.Put(key, value);
      txn.Append(store::Feed::kChanges, value);
      return absl::OkStatus();
    };
    ASSERT_TRUE(testing::Update(store, put).ok());
  }
  static std::string ValueIn(const std::string& folder, const std::string& key) {
    const auto store = *store::RocksStore::Open({.folder = folder});
    std::string value;
    const auto get = [&](const store::Reader& reader) { return reader.Get(key, &value).status(); };
    EXPECT_TRUE(testing::View(*store, get).ok());
    return value;
  }
  absl::StatusOr<Made> MakeAt(absl::Time now) {
    return Make(places_, {.service = "referral", .time = now, .epoch = 1, .change = 1, .checkpoint = ""}, *data_,
                *keys_);
  }
  absl::StatusOr<Restored> PutBack(const Made& made, const std::string& into, const std::string& service = "referral") {
    return Put({.service = service,
                .data_folder = into,
                .backup = made.data,
                .key_backup = made.keys,
                .ledger = "",
                .last_checkpoint = "",
                .hub_key = HubKeyForTests()},
               kNow);
  }
  absl::StatusOr<Restored> Put(const Asked& asked, absl::Time now) { return backup::Put(asked, now); }

  testing::TempFolder folder_;
  const Places places_{
      .data_folder = folder_ / "data", .backups = folder_ / "backups", .key_backups = folder_ / "key-backups"};
  std::unique_ptr<store::Store> data_, keys_;
};

TEST_F(Backups, OneIsWhatTheStoresHeldAndComesBack) {
  const auto made = MakeAt(kNow);
  ASSERT_TRUE(made.ok()) << made.status();
  Put(*data_, "row", "after");
  EXPECT_FALSE(fs::exists(made->data + "/keys")) << "keys lie apart";
  const std::string into = folder_ / "restored";
  const auto restored = PutBack(*made, into);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->about.time, kNow);
  EXPECT_EQ(ValueIn(into + "/data", "row"), "before");
  EXPECT_EQ(ValueIn(into + "/keys", "key"), "secret");
  const auto plan = PlanIn(into);
  ASSERT_TRUE(plan.ok() && plan->has_value()) << plan.status();
  EXPECT_GT((*plan)->epoch, 1u);
  EXPECT_EQ((*plan)->after, 1u);
  fs::rename(into + "/restore.json", folder_ / "aside");
  const absl::Status without = files::OpenDataFolder(into, "referral", HubKeyForTests());
  EXPECT_EQ(without.code(), absl::StatusCode::kFailedPrecondition) << "what is to be done to it is not forgotten";
  EXPECT_THAT(std::string(without.message()), HasSubstr("has lost restore.json"));
  fs::rename(folder_ / "aside", into + "/restore.json");
  EXPECT_TRUE(files::OpenDataFolder(into, "referral", HubKeyForTests()).ok());
  ASSERT_TRUE(Done(into).ok());
  EXPECT_FALSE(PlanIn(into)->has_value());
  EXPECT_TRUE(files::OpenDataFolder(into, "referral", HubKeyForTests()).ok());
}

TEST_F(Backups, TheyGoAfterThirtyDays) {
  const auto old = MakeAt(kNow - kKeyBackupsKept), young = MakeAt(kNow - kKeyBackupsKept + absl::Hours(3));
  ASSERT_TRUE(old.ok() && young.ok());
  const std::string unfinished = places_.backups + "/20261001T000000.000Z.partial", others = places_.backups + "/notes";
  fs::create_directories(unfinished);
  fs::create_directories(others);
  EXPECT_EQ(LetGo(places_, kNow).value(), 3);
  for (const std::string& gone : {old->data, old->keys, unfinished}) EXPECT_FALSE(fs::exists(gone)) << gone;
  for (const std::string& stays : {young->data, young->keys, others}) EXPECT_TRUE(fs::exists(stays)) << stays;
}

TEST_F(Backups, OneThatCannotBeWrittenLeavesNothing) {
  ASSERT_TRUE(files::WriteWhole(places_.key_backups, "a file is in the way").ok());
  EXPECT_EQ(MakeAt(kNow).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(fs::is_empty(places_.backups));
}

TEST_F(Backups, WhatDoesNotFitIsRefusedAndLeavesNothing) {
  const auto early = MakeAt(kNow), late = MakeAt(kNow + absl::Seconds(1));
  ASSERT_TRUE(early.ok() && late.ok());
  const std::string into = folder_ / "restored";
  const auto refused = [&](const absl::Status& status, const std::string& says) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(says));
    EXPECT_FALSE(fs::exists(into + "/data"));
  };
  refused(PutBack(*early, into, "outcome").status(), "of the referral service");
  refused(PutBack({late->data, early->keys}, into).status(), "older than that of the data");
  refused(PutBack({early->keys + "/nowhere", early->keys}, into).status(), "is no backup");
  EXPECT_TRUE(PutBack({early->data, late->keys}, into).ok()) << "later keys open earlier data";
  EXPECT_EQ(PutBack(*early, into).status().code(), absl::StatusCode::kFailedPrecondition) << "the folder is not empty";
  EXPECT_TRUE(fs::exists(into + "/data")) << "and stays as it is";
}

TEST_F(Backups, OneThatWasNotCarriedOffWholeIsRefusedAndLeavesNothing) {
  const std::string into = folder_ / "restored";
  const auto made = MakeAt(kNow);
  ASSERT_TRUE(made.ok());
  for (const std::string& store : {made->data + "/data", made->keys + "/keys"}) {
    std::vector<fs::path> kept;
    for (const auto& entry : fs::directory_iterator(store)) kept.push_back(entry.path());
    ASSERT_FALSE(kept.empty());
    for (const fs::path& file : kept) {
      const fs::path aside = folder_ / "aside";
      fs::copy_file(file, aside, fs::copy_options::overwrite_existing);
      fs::remove(file);
      const absl::Status gone = PutBack(*made, into).status();
      EXPECT_EQ(gone.code(), absl::StatusCode::kFailedPrecondition) << file;
      EXPECT_THAT(std::string(gone.message()), HasSubstr(file.filename().string() + " is not there"));
      fs::copy_file(aside, file);
      if (fs::file_size(file) == 0) continue;
      fs::resize_file(file, fs::file_size(file) - 1);
      EXPECT_THAT(std::string(PutBack(*made, into).status().message()), HasSubstr("in place of"));
      EXPECT_FALSE(fs::exists(into));
      fs::remove(file);
      fs::copy_file(aside, file);
    }
  }
  EXPECT_TRUE(PutBack(*made, into).ok());
}

TEST_F(Backups, AnotherHubsKeyDoesNotTakeItUp) {
  const auto made = MakeAt(kNow);
  ASSERT_TRUE(made.ok());
  const auto other = *crypto::HubKey::FromEnvironment("TEST", "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=");
  const std::string into = folder_ / "restored";
  const Asked asked{.service = "referral",
                    .data_folder = into,
                    .backup = made->data,
                    .key_backup = made->keys,
                    .ledger = "",
                    .last_checkpoint = "",
                    .hub_key = other};
  EXPECT_EQ(Put(asked, kNow).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(fs::exists(into));
}

// Put there by hand, a backup has no mark that a service takes it by, and the service does not start.
TEST_F(Backups, AFolderOfStoresAloneIsNotOpened) {
  const auto made = MakeAt(kNow);
  const std::string into = folder_ / "by-hand";
  fs::create_directories(into);
  fs::copy(made->data, into, fs::copy_options::recursive);
  fs::copy(made->keys + "/keys", into + "/keys", fs::copy_options::recursive);
  EXPECT_EQ(files::OpenDataFolder(into, "referral", HubKeyForTests()).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace nwd::backup
