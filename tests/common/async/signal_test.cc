#include "common/async/signal.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/async/block_on.h"

namespace nwd::async {
namespace {

TEST(Signal, WakesAtOnceWhenItWasNotifiedBetweenLookingAndWaiting) {
  Signal signal;
  const uint64_t seen = signal.Count();
  signal.Notify();
  EXPECT_TRUE(BlockOn(signal.WaitPast(seen, absl::InfiniteFuture())));
}

TEST(Signal, AnswersFalseOnceTheDeadlineHasPassed) {
  Signal signal;
  const absl::Time deadline = absl::Now() + absl::Milliseconds(5);
  EXPECT_FALSE(BlockOn(signal.WaitPast(signal.Count(), deadline)));
  EXPECT_GE(absl::Now(), deadline);
}

TEST(Signal, ADeadlineInThePastAnswersFalse) {
  Signal signal;
  EXPECT_FALSE(BlockOn(signal.WaitPast(signal.Count(), absl::InfinitePast())));
}

TEST(Signal, MayBeDestroyedWhileSomeoneSleeps) {
  auto signal = std::make_unique<Signal>();
  auto sleeper = [&]() -> Task<bool> {
    Task<bool> wait = signal->WaitPast(0, absl::Now() + absl::Milliseconds(5));
    Executor::Current()->Post([&] { signal.reset(); });
    co_return co_await std::move(wait);
  };
  EXPECT_FALSE(BlockOn(sleeper()));
}

TEST(Signal, ResumesOnTheWaitersOwnThread) {
  Signal signal;
  std::thread::id resumed_on;
  std::thread notifier;
  auto waiter = [&]() -> Task<void> {
    const uint64_t seen = signal.Count();
    notifier = std::thread([&] { signal.Notify(); });
    co_await signal.WaitPast(seen, absl::InfiniteFuture());
    resumed_on = std::this_thread::get_id();
  };
  BlockOn(waiter());
  notifier.join();
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

// A lost wake-up shows as a test that never ends.
TEST(Signal, NoWakeUpIsLostBetweenThreads) {
  constexpr uint64_t kRounds = 20'000;
  constexpr int kWaiters = 3;
  Signal signal;
  std::vector<std::thread> waiters;
  for (int i = 0; i < kWaiters; ++i) {
    waiters.emplace_back([&] {
      auto follow = [&]() -> Task<void> {
        for (uint64_t seen = signal.Count(); seen < kRounds; seen = signal.Count()) {
          co_await signal.WaitPast(seen, absl::InfiniteFuture());
        }
      };
      BlockOn(follow());
    });
  }
  for (uint64_t i = 0; i < kRounds; ++i) signal.Notify();
  for (auto& waiter : waiters) waiter.join();
  EXPECT_EQ(signal.Count(), kRounds);
}

TEST(SleepUntil, GoesOnNoEarlierThanItsTime) {
  const absl::Time time = absl::Now() + absl::Milliseconds(5);
  BlockOn(SleepUntil(time));
  EXPECT_GE(absl::Now(), time);
}

}  // namespace
}  // namespace nwd::async
