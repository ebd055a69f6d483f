// Whether what was answered is known to be on another machine.
#include "services/consent/off_host.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/time/clock.h"
#include "common/async/block_on.h"
#include "common/store_memory/memory_store.h"
#include "tests/testing/store_words.h"

namespace nwd::consent {
namespace {

class OffHosts : public ::testing::Test {
 protected:
  void Change() {
    const auto append = [](store::Txn& txn) {
      txn.Append(store::Feed::kChanges, "change");
      return absl::OkStatus();
    };
    ASSERT_TRUE(testing::Update(store_, append).ok());
  }
  bool Wait() { return async::BlockOn(off_host_.Wait(absl::InfiniteFuture())); }

  store::MemoryStore store_;
  OffHost off_host_{store_};
};

TEST_F(OffHosts, NobodyIsWaitedForWhoDoesNotFollow) {
  Change();
  EXPECT_FALSE(Wait());
  EXPECT_EQ(off_host_.Behind(), 1u);
  EXPECT_EQ(off_host_.SinceAsked(), absl::InfiniteDuration());
}

TEST_F(OffHosts, WhatIsThereAlreadyIsNotWaitedFor) {
  Change();
  off_host_.Reached(1);
  EXPECT_TRUE(Wait());
  EXPECT_EQ(off_host_.Behind(), 0u);
  off_host_.Reached(0);  // another follower, which is behind
  EXPECT_TRUE(Wait()) << "what one has is elsewhere";
}

TEST_F(OffHosts, AFollowerIsWaitedFor) {
  off_host_.Reached(0);
  Change();
  std::thread follower([&] { off_host_.Reached(1); });
  EXPECT_TRUE(Wait());
  follower.join();
}

TEST_F(OffHosts, WhoseTimeIsUpIsAnswered) {
  off_host_.Reached(0);
  Change();
  EXPECT_FALSE(async::BlockOn(off_host_.Wait(absl::Now())));
}

}  // namespace
}  // namespace nwd::consent
