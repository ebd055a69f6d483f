#include "common/outbox/turns.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/async/block_on.h"
#include "common/outbox/limits.h"

namespace nwd::outbox {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(Turns, AHintedGroupIsDueOnlyOnceItsEntryIsSurelyCommitted) {
  Turns turns;
  turns.Hint("g", kNow);
  EXPECT_TRUE(turns.TakeDue(kNow + kGrace - absl::Milliseconds(1), 10).empty());
  EXPECT_EQ(turns.TakeDue(kNow + kGrace, 10), std::vector<std::string>{"g"});
  EXPECT_TRUE(turns.TakeDue(kNow + kGrace, 10).empty()) << "its turn is taken";
  turns.GiveNothingLeft("g", kNow + kGrace);
  EXPECT_TRUE(turns.TakeDue(absl::InfiniteFuture(), 10).empty()) << "it is forgotten";
}

TEST(Turns, AGroupFoundEmptyJustAfterAHintIsLookedAtAgain) {
  Turns turns;
  ASSERT_TRUE(turns.Found("g", kNow, kNow));
  ASSERT_EQ(turns.TakeDue(kNow, 10).size(), 1u);
  turns.Hint("g", kNow);
  turns.GiveNothingLeft("g", kNow + absl::Milliseconds(1));
  EXPECT_EQ(turns.Waiting(), 0);
  EXPECT_TRUE(turns.TakeDue(kNow + absl::Milliseconds(2), 10).empty());
  EXPECT_EQ(turns.TakeDue(kNow + kGrace, 10).size(), 1u);
}

TEST(Turns, FailuresPutAGroupOffLongerEachTimeUpToABound) {
  Turns turns;
  absl::Time now = kNow;
  ASSERT_TRUE(turns.Found("g", now, now));
  for (absl::Duration pause = kPauseMin; pause < kPauseMax * 4; pause *= 2) {
    ASSERT_EQ(turns.TakeDue(now, 10).size(), 1u);
    turns.GiveFailed("g", now);
    const absl::Duration expected = std::min(pause, kPauseMax);
    EXPECT_TRUE(turns.TakeDue(now + expected - absl::Milliseconds(1), 10).empty()) << expected;
    now += expected;
  }
  EXPECT_EQ(turns.Waiting(), 1);
  EXPECT_EQ(turns.Oldest(), kNow);
}

TEST(Turns, OfTwoWhoWantAGroupTheSecondWaitsForTheFirst) {
  Turns turns;
  auto run = [&]() -> async::Task<void> {
    const bool first = co_await turns.Take("g", absl::InfiniteFuture());
    EXPECT_TRUE(first);
    const bool in_time = co_await turns.Take("g", absl::Now() + absl::Milliseconds(5));
    EXPECT_FALSE(in_time);
    auto give = [&]() -> async::Task<void> {
      co_await async::SleepUntil(absl::Now() + absl::Milliseconds(5));
      turns.Give("g", absl::Now());
    };
    async::Spawn(give());
    const bool second = co_await turns.Take("g", absl::InfiniteFuture());
    EXPECT_TRUE(second);
  };
  async::BlockOn(run());
}

TEST(Turns, RemembersABoundedNumberOfGroupsAndSaysWhenThereIsRoomAgain) {
  Turns turns;
  for (size_t i = 0; i < kGroupsMax; ++i) ASSERT_TRUE(turns.Found("g" + std::to_string(i), kNow, kNow));
  EXPECT_FALSE(turns.RoomAgain());
  EXPECT_FALSE(turns.Found("one more", kNow, kNow));
  EXPECT_FALSE(turns.RoomAgain());
  for (const std::string& group : turns.TakeDue(kNow, static_cast<int>(kGroupsMax))) turns.GiveNothingLeft(group, kNow);
  EXPECT_TRUE(turns.RoomAgain());
  EXPECT_FALSE(turns.RoomAgain());
}

}  // namespace
}  // namespace nwd::outbox
