#include "services/consent/check_log.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/async/block_on.h"
#include "common/store_memory/memory_store.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

size_t Logged(store::MemoryStore& store) { return store.ReadFeed(store::Feed::kAudit, 0, 1'000'000)->size(); }

TEST(CheckLog, WritesWhatWasAddedInOrder) {
  store::MemoryStore store;
  CheckLog log(store);
  const int count = kCheckLogBatch * 2 + 7;
  for (int i = 0; i < count; ++i) ASSERT_TRUE(log.Add(std::to_string(i)).ok());
  ASSERT_TRUE(async::BlockOn(log.Flush()).ok());
  const auto entries = *store.ReadFeed(store::Feed::kAudit, 0, count + 1);
  ASSERT_EQ(entries.size(), static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) EXPECT_EQ(entries[static_cast<size_t>(i)].bytes, std::to_string(i));
}

TEST(CheckLog, ShedsWhatItCannotHold) {
  store::MemoryStore store;
  CheckLog log(store);
  for (size_t i = 0; i < kCheckLogWaitingMax; ++i) ASSERT_TRUE(log.Add("x").ok());
  EXPECT_TRUE(absl::IsResourceExhausted(log.Add("one too many")));
  ASSERT_TRUE(async::BlockOn(log.Flush()).ok());
  EXPECT_TRUE(log.Add("room again").ok());
}

TEST(CheckLog, RefusesWhileTheStoreTakesNoWritesAndLosesNothing) {
  store::MemoryStore store;
  {
    CheckLog log(store);
    ASSERT_TRUE(log.Add("x").ok());
    store.Break();
    EXPECT_FALSE(async::BlockOn(log.Flush()).ok());
    EXPECT_EQ(log.Waiting(), 1u);
    EXPECT_TRUE(absl::IsUnavailable(log.Add("y")));
  }
}

TEST(CheckLog, WhatIsLeftAtTheEndIsWritten) {
  store::MemoryStore store;
  {
    CheckLog log(store);
    ASSERT_TRUE(log.Add("x").ok());
  }
  EXPECT_EQ(Logged(store), 1u);
}

TEST(CheckLog, WritesByItselfUntilToldToStop) {
  store::MemoryStore store;
  CheckLog log(store);
  rpc::Stop stop;
  std::thread background([&] { async::BlockOn(log.Run(stop)); });
  ASSERT_TRUE(log.Add("x").ok());
  EXPECT_TRUE(async::BlockOn(store.WaitForFeed(store::Feed::kAudit, 0, absl::Now() + absl::Seconds(10))));
  EXPECT_FALSE(log.Closing());
  stop.Request();
  background.join();
  EXPECT_TRUE(log.Closing());
}

}  // namespace
}  // namespace nwd::consent
