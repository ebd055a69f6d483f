// A ledger's file: what a crash leaves is mended, and what somebody else leaves is found. (Entries taken out, moved or of
// another hub: tests/e2e/restore_test.cc, with the programs.)
#include "common/ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/files/files.h"
#include "tests/testing/temp_folder.h"

namespace nwd::ledger {
namespace {

using ::testing::HasSubstr;

const crypto::HubKey& HubKeyForTests() {
  static const auto* const key =
      new crypto::HubKey(*crypto::HubKey::FromEnvironment("TEST", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  return *key;
}

class Ledgers : public ::testing::Test {
 protected:
  std::string Entry(store::Position previous, store::Position position, uint32_t epoch = 1) const {
    return keys_.Seal(ledger::Entry{epoch, previous, position, "change"});
  }
  std::string Head(store::Position last, store::Position through) const {
    return keys_.Seal(ledger::Head{1, 5, last, through, absl::FromUnixSeconds(1'772'442'907), "note"});
  }
  absl::StatusOr<Ledger> ReadIt() const { return Read(path_, keys_); }
  void ExpectDamaged(const std::string& says) const {
    const absl::Status status = ReadIt().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr(says));
  }

  testing::TempFolder folder_;
  const std::string path_ = folder_ / "ledger";
  const Keys keys_{HubKeyForTests(), "consent"};
  const File file_{path_};
};

TEST_F(Ledgers, WhatWasAddedIsReadInItsOrder) {
  EXPECT_EQ(file_.Cursor().value(), "");
  ASSERT_TRUE(file_.Add({Entry(5, 7), Entry(7, 8)}, Head(8, 9), "first").ok());
  ASSERT_TRUE(file_.Add({Entry(8, 20)}, Head(20, 30), "second").ok());
  EXPECT_EQ(file_.Cursor().value(), "second");
  const auto ledger = ReadIt();
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  ASSERT_EQ(ledger->entries.size(), 3u);
  EXPECT_EQ(ledger->entries.back().position, 20u);
  EXPECT_EQ(ledger->entries.back().change, "change");
  EXPECT_EQ(ledger->head.through, 30u);
  EXPECT_EQ(ledger->head.checkpoint, "note");
}

// Between the entries and the head: the entries come again.
TEST_F(Ledgers, ACrashBeforeTheHeadIsMended) {
  ASSERT_TRUE(file_.Add({Entry(5, 7)}, Head(7, 7), "first").ok());
  std::ofstream(path_, std::ios::app) << "a line that was cut o";
  ASSERT_TRUE(ReadIt().ok()) << "the head does not know of it";
  ASSERT_TRUE(file_.Add({Entry(7, 8)}, Head(8, 8), "second").ok());
  ASSERT_TRUE(file_.Add({Entry(7, 8), Entry(8, 9)}, Head(9, 9), "third").ok()) << "asked with the first cursor again";
  const auto ledger = ReadIt();
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  EXPECT_EQ(ledger->entries.size(), 3u);
}

TEST_F(Ledgers, AnEndThatIsMissingIsFound) {
  ASSERT_TRUE(file_.Add({Entry(5, 7)}, Head(7, 7), "first").ok());
  const std::string early = *files::ReadWhole(path_, 1 << 20);
  ASSERT_TRUE(file_.Add({Entry(7, 8)}, Head(8, 8), "second").ok());
  ASSERT_TRUE(files::WriteWhole(path_, early).ok());
  ExpectDamaged("cut short");
}

TEST_F(Ledgers, OneOfAnotherServiceOrEpochIsRefused) {
  ASSERT_TRUE(file_.Add({Entry(5, 7, /*epoch=*/2)}, Head(7, 7), "first").ok());
  ExpectDamaged("of another epoch");
  const absl::Status other = Read(path_, Keys(HubKeyForTests(), "referral")).status();
  EXPECT_THAT(std::string(other.message()), HasSubstr("was not sealed by this service of this hub"));
}

TEST_F(Ledgers, AnEntryIsNoHead) {
  ASSERT_TRUE(file_.Add({}, Entry(5, 7), "first").ok());
  ExpectDamaged("was not sealed by this service of this hub");
}

// Without the hub's key too: who keeps it is told before it is needed.
TEST_F(Ledgers, OneThatIsGoneOrCutIsNotGoneOnWith) {
  ASSERT_TRUE(file_.Add({Entry(5, 7)}, Head(7, 7), "first").ok());
  const std::string early = *files::ReadWhole(path_, 1 << 20);
  ASSERT_TRUE(file_.Add({Entry(7, 8)}, Head(8, 8), "second").ok());
  ASSERT_TRUE(files::WriteWhole(path_, early).ok());
  EXPECT_EQ(file_.Cursor().status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(std::remove(path_.c_str()), 0);
  EXPECT_EQ(file_.Cursor().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Ledgers, OneIsKeptByOneProcess) {
  File first(path_), second(path_);
  ASSERT_TRUE(first.Lock().ok());
  EXPECT_EQ(second.Lock().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Ledgers, OneThatLostItsHeadIsNotBegunAnew) {
  ASSERT_TRUE(file_.Add({Entry(5, 7)}, Head(7, 7), "first").ok());
  ASSERT_EQ(std::remove(HeadFile(path_).c_str()), 0);
  EXPECT_EQ(file_.Cursor().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReadIt().status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace nwd::ledger
