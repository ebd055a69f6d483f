#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/strings.h"
#include "tests/conformance/store/engines.h"
#include "tests/testing/store_words.h"

namespace nwd::store {
namespace {

using testing::Get;
using testing::Put;
using testing::Update;

class Durability : public StoreTest {
 protected:
  void SetUp() override {
    if (!GetParam().durable) GTEST_SKIP() << GetParam().name << " keeps nothing beyond its own life";
    StoreTest::SetUp();
  }
};
INSTANTIATE_TEST_SUITE_P(Engine, Durability, ::testing::ValuesIn(Engines()), EngineName);

TEST_P(Durability, WhatWasAcknowledgedIsThereAfterReopening) {
  ASSERT_TRUE(Update(*store_, [](Txn& txn) {
                txn.Put("kept", "1");
                txn.Put("gone", "1");
                txn.Append(Feed::kChanges, "first");
                return absl::OkStatus();
              }).ok());
  ASSERT_TRUE(Update(*store_, [](Txn& txn) {
                txn.Delete("gone");
                return absl::OkStatus();
              }).ok());
  Reopen();
  EXPECT_EQ(Get(*store_, "kept"), "1");
  EXPECT_EQ(Get(*store_, "gone"), "(none)");
  EXPECT_EQ(store_->LastPosition(Feed::kChanges), 1u);
  EXPECT_EQ(store_->ReadFeed(Feed::kChanges, 0, 10)->front().bytes, "first");
}

TEST_P(Durability, AFeedTrimmedToItsEndGoesOnCountingAfterReopening) {
  ASSERT_TRUE(Update(*store_, [](Txn& txn) {
                for (int i = 0; i < 3; ++i) txn.Append(Feed::kAudit, "entry");
                return absl::OkStatus();
              }).ok());
  ASSERT_TRUE(async::BlockOn(store_->TrimFeed(Feed::kAudit, 3)).ok());
  Reopen();
  EXPECT_EQ(store_->LastPosition(Feed::kAudit), 3u);
  EXPECT_TRUE(absl::IsOutOfRange(store_->ReadFeed(Feed::kAudit, 2, 10).status()));
  ASSERT_TRUE(Update(*store_, [](Txn& txn) {
                txn.Append(Feed::kAudit, "next");
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(store_->ReadFeed(Feed::kAudit, 3, 10)->front().position, 4u);
}

TEST_P(Durability, ACheckpointIsTheStoreAsItStood) {
  if (!GetParam().checkpoints) GTEST_SKIP() << GetParam().name << " makes no checkpoints";
  ASSERT_TRUE(Put(*store_, "before", "1").ok());
  const absl::Status made = store_->Checkpoint(folder_ / "copy");
  ASSERT_TRUE(made.ok()) << made;
  ASSERT_TRUE(Put(*store_, "after", "1").ok());

  const auto copy = GetParam().open(folder_ / "copy");
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(Get(**copy, "before"), "1");
  EXPECT_EQ(Get(**copy, "after"), "(none)");
  EXPECT_FALSE(store_->Checkpoint(folder_ / "copy").ok()) << "a copy never overwrites another";
}

}  // namespace
}  // namespace nwd::store
