// A log that goes on after a restore: what its first entry cites, and what is still proved of the epoch before.
#include "common/audit/epoch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "common/audit/log_rows.h"
#include "common/audit/signing.h"
#include "common/store_memory/memory_store.h"
#include "tests/common/audit/keeper.h"
#include "tests/testing/temp_folder.h"

namespace nwd::audit {
namespace {

constexpr uint32_t kNext = 77;
constexpr uint64_t kSignedBefore = 300;
const absl::Time kNow = absl::FromUnixSeconds(1'772'442'907);

class Epochs : public ::testing::Test {
 protected:
  void SetUp() override {
    Keeper before(store_);
    ASSERT_TRUE(before.log().Load().ok());
    ASSERT_NO_FATAL_FAILURE(before.GrowTo(kSignedBefore));
    published_ = before.log().checkpoint();
    ASSERT_NO_FATAL_FAILURE(before.Append(3));  // durable, and in no checkpoint yet
    entries_ = before.Entries();
  }
  absl::Status Begin(uint32_t number = kNext) {
    return BeginEpoch(store_, Audit(std::string(32, 's')), {number, published_}, kNow);
  }

  store::MemoryStore store_;
  std::string published_;
  std::vector<std::string> entries_;
};

TEST_F(Epochs, ANewOneCitesWhatWasPublishedAndTakesOverWhatWasNotSigned) {
  ASSERT_EQ(Begin(), absl::OkStatus());
  EXPECT_EQ(*EpochOf(store_), kNext);
  Keeper after(store_);
  ASSERT_TRUE(after.log().Load().ok());
  ASSERT_TRUE(after.log().Integrate().ok());
  EXPECT_EQ(after.log().origin(), "nwd/hub.test/consent/77");
  EXPECT_EQ(*after.log().Cited(), published_);
  ASSERT_EQ(after.log().size(), 4u) << "the citation and the three";
  EXPECT_EQ(after.log().CheckWhole(), absl::OkStatus());

  const std::string bundle = **after.log().ReadBundle({.index = 0, .width = 4});
  const std::vector<std::string_view> made = *FirstEntriesIn(bundle, 4);
  const std::optional<Entry> first = DecodeEntry(made.front());
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->type, kEpochBegan);
  // By the definition, as somebody else would: the three lines that were signed.
  EXPECT_EQ(first->commitment, crypto::Sha256(published_.substr(0, published_.find("\n\n") + 1)));
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(made[i + 1], entries_[kSignedBefore + i]);
}

TEST_F(Epochs, WhatTheOneBeforeSignedIsStillProved) {
  ASSERT_EQ(Begin(), absl::OkStatus());
  Keeper after(store_);
  ASSERT_TRUE(after.log().Load().ok());
  ASSERT_TRUE(after.log().Integrate().ok());
  for (const uint64_t index : {uint64_t{0}, uint64_t{255}, kSignedBefore - 1}) {
    const Hash leaf = LeafHash(entries_[index]);
    const auto proof = after.ProofOf(leaf);
    ASSERT_TRUE(proof.ok() && proof->has_value()) << index;
    EXPECT_EQ((*proof)->checkpoint, published_);
    const auto by_index = after.ProofAt(index, leaf);
    ASSERT_TRUE(by_index.ok() && by_index->has_value()) << index;
    EXPECT_EQ((*by_index)->path, (*proof)->path);
    EXPECT_EQ((*by_index)->checkpoint, published_);
    const auto elsewhere = after.ProofAt(index + 1, leaf);
    EXPECT_TRUE(elsewhere.ok() && !elsewhere->has_value()) << "this entry is at no other index";
    std::vector<Verifier> old;
    for (const crypto::SigningKey& key : SigningKeysOf(TestHubKey(), "consent")) {
      old.push_back({"nwd/hub.test/consent/1", *crypto::VerifyingKey::FromRaw(key.verifying_key().raw())});
    }
    const Checkpoint signed_before = *OpenCheckpoint((*proof)->checkpoint, old);
    EXPECT_EQ(CheckInclusion(leaf, index, signed_before.size, (*proof)->path, signed_before.root), absl::OkStatus());
  }
}

TEST_F(Epochs, WhatTheOneBeforeSignedIsGoneThroughToo) {
  ASSERT_EQ(Begin(), absl::OkStatus());
  Keeper after(store_);
  ASSERT_TRUE(after.log().Load().ok());
  EXPECT_EQ(after.log().CheckPast(), absl::OkStatus());
  const auto alter = [&](store::Txn& txn) -> absl::Status {
    std::string altered = *rows::FindTile(txn, kFirstEpoch, 0, 1).value();
    altered[5 * crypto::kDigestSizeBytes] ^= 1;
    rows::PutTile(txn, kFirstEpoch, 0, 1, altered);
    return absl::OkStatus();
  };
  ASSERT_TRUE(testing::Update(store_, alter).ok());
  EXPECT_EQ(after.log().CheckWhole(), absl::OkStatus()) << "this epoch says nothing of it";
  const absl::Status found = after.log().CheckPast();
  EXPECT_EQ(found.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(found.message(), "epoch 1: entry 261 of the audit log is not what was signed");
  // In the metric and the operator's log; and this epoch goes on.
  rpc::Stop stop;
  async::BlockOn(after.log().CheckOnce(stop));
  EXPECT_TRUE(after.log().Health().ok());
  EXPECT_FALSE(after.log().IsSound(kFirstEpoch));
  EXPECT_TRUE(after.log().IsSound(kNext));
}

TEST_F(Epochs, ATreeOverOtherEntriesIsNotWhatWasSigned) {
  // Another log, under the note that was signed over this one.
  store::MemoryStore forged;
  Keeper other(forged);
  ASSERT_TRUE(other.log().Load().ok());
  ASSERT_NO_FATAL_FAILURE(other.GrowTo(kSignedBefore));
  const auto forge = [&](store::Txn& txn) -> absl::Status {
    rows::PutPast(txn, {{}, kSignedBefore, published_});
    rows::PutState(txn, {{.number = kNext, .begin = kSignedBefore}, 0, ""});
    return absl::OkStatus();
  };
  ASSERT_TRUE(testing::Update(forged, forge).ok());
  Keeper after(forged);
  ASSERT_TRUE(after.log().Load().ok());
  EXPECT_EQ(after.log().CheckPast().message(),
            "epoch 1: the audit log's tree of 300 entries has another root than was signed");
}

// Keys that signed long ago may go from the file: what they signed is signed anew by those that are there.
TEST_F(Epochs, ThePastIsSignedByTheKeysThatSignNow) {
  ASSERT_EQ(Begin(), absl::OkStatus());
  testing::TempFolder folder;
  const auto with = [&](const std::string& lines) {
    const std::string path = folder / "hub.key";
    std::ofstream(path, std::ios::trunc) << "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" << lines;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return *crypto::HubKey::FromFile(path, crypto::HubKey::IfMissing::kFail);
  };
  const std::string second = "2 BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=\n";
  const std::string third = "3 CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCA=\n";
  for (const std::string& lines : {second + third, third}) {
    const crypto::HubKey hub_key = with(lines);
    Keeper keeper(store_, hub_key);
    ASSERT_TRUE(keeper.log().Load().ok());
    EXPECT_EQ(keeper.log().CheckPast(), absl::OkStatus()) << lines;
    const std::string note = keeper.log().StateOf(kFirstEpoch).value()->checkpoint;
    EXPECT_EQ(std::count(note.begin(), note.end(), '\n'), lines == third ? 5 : 6) << "as many signatures as sign now";
  }
}

TEST_F(Epochs, ARepeatedBeginChangesNothing) {
  ASSERT_EQ(Begin(), absl::OkStatus());
  const store::Position last = store_.LastPosition(store::Feed::kAudit);
  ASSERT_EQ(Begin(), absl::OkStatus());
  ASSERT_EQ(Begin(kNext - 1), absl::OkStatus()) << "an earlier one is over";
  EXPECT_EQ(store_.LastPosition(store::Feed::kAudit), last);
  EXPECT_EQ(*EpochOf(store_), kNext);
}

TEST_F(Epochs, WhatIsNoCheckpointIsNotCited) {
  published_ = "some text";
  EXPECT_EQ(Begin().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*EpochOf(store_), 1u);
}

}  // namespace
}  // namespace nwd::audit
