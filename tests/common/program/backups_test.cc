// What a folder that came back says of itself is compared with what is in it.
#include "common/program/backups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/audit/epoch.h"
#include "common/base/strings.h"
#include "common/files/files.h"
#include "common/store_memory/memory_store.h"
#include "tests/testing/store_words.h"
#include "tests/testing/temp_folder.h"

namespace nwd::program {
namespace {

using ::testing::HasSubstr;

class ComeBack : public ::testing::Test {
 protected:
  // A store of three changes, and a plan that says how many the backup had.
  absl::Status TakeUp(int after) {
    store::MemoryStore data;
    const auto change = [](store::Txn& txn) {
      for (int i = 0; i < 3; ++i) txn.Append(store::Feed::kChanges, "change");
      return absl::OkStatus();
    };
    EXPECT_TRUE(testing::Update(data, change).ok());
    const std::string plan = Cat(R"({"epoch": 5, "cited": "", "after": )", after, R"(, "ledger": false})");
    EXPECT_TRUE(files::WriteWhole(folder_ / "restore.json", plan).ok());
    Backups backups;
    EXPECT_TRUE(backups.Open("consent", folder_.Path()).ok());
    const absl::Status taken_up = backups.TakeUp(data, hub_key_);
    EXPECT_EQ(*audit::EpochOf(data), taken_up.ok() ? 5u : 1u);
    return taken_up;
  }

  testing::TempFolder folder_;
  const crypto::HubKey hub_key_ =
      *crypto::HubKey::FromEnvironment("TEST", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
};

TEST_F(ComeBack, APlanThatPassesOverWhatTheLedgerHasIsRefused) {
  EXPECT_EQ(TakeUp(3), absl::OkStatus());
  EXPECT_EQ(TakeUp(0), absl::OkStatus()) << "a crash may have come in between";
  const absl::Status refused = TakeUp(4);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("4 changes, and it has 3"));
}

}  // namespace
}  // namespace nwd::program
