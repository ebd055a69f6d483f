#include "common/async/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/status/statusor.h"
#include "common/async/block_on.h"
#include "common/async/signal.h"
#include "common/base/macros.h"

namespace nwd::async {
namespace {

using ::testing::ElementsAre;

Task<int> Answer() { co_return 42; }

Task<int> Sum(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await Sum(depth - 1);
}

TEST(Task, GivesItsValue) { EXPECT_EQ(BlockOn(Answer()), 42); }

TEST(Task, NestsDeepWithoutUsingUpTheStack) { EXPECT_EQ(BlockOn(Sum(10'000)), 10'000); }

TEST(Task, CarriesWhatCanOnlyBeMoved) {
  auto make = []() -> Task<std::unique_ptr<std::string>> { co_return std::make_unique<std::string>("moved"); };
  EXPECT_EQ(*BlockOn(make()), "moved");
}

TEST(Task, DoesNotStartBeforeItIsAwaited) {
  bool started = false;
  auto body = [&]() -> Task<void> {
    started = true;
    co_return;
  };
  { Task<void> never = body(); }
  EXPECT_FALSE(started);
  BlockOn(body());
  EXPECT_TRUE(started);
}

TEST(Task, FreesTheFrameOfATaskThatNobodyAwaited) {
  auto held = std::make_shared<int>(1);
  auto body = [](std::shared_ptr<int> kept) -> Task<int> { co_return *kept; };
  { Task<int> never = body(held); }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, ReturnsEarlyOnAnError) {
  bool went_on = false;
  auto failing = []() -> Task<absl::StatusOr<int>> { co_return absl::NotFoundError("no such thing"); };
  auto caller = [&]() -> Task<absl::StatusOr<int>> {
    NWD_CO_ASSIGN_OR_RETURN(const int value, co_await failing());
    went_on = true;
    co_return value;
  };
  EXPECT_EQ(BlockOn(caller()).status(), absl::NotFoundError("no such thing"));
  EXPECT_FALSE(went_on);
}

TEST(BlockOn, MakesItsThreadAnExecutorForTheLengthOfTheCall) {
  EXPECT_EQ(Executor::Current(), nullptr);
  auto current = []() -> Task<Executor*> { co_return Executor::Current(); };
  EXPECT_NE(BlockOn(current()), nullptr);
  EXPECT_EQ(Executor::Current(), nullptr);
}

// A thread that serves others, as a queue's does.
class Serving final : public Executor {
 public:
  void Run(absl::FunctionRef<void()> work) {
    Scope scope(this);
    work();
  }
  void Resume(std::coroutine_handle<>) override {}
  void Post(absl::AnyInvocable<void()>) override {}
  void PostAt(absl::Time, absl::AnyInvocable<void()>) override {}
};

TEST(BlockOnDeathTest, EndsAProgramThatBlocksAThreadWhichServesOthers) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Serving queue;
  auto one = []() -> Task<int> { co_return 1; };
  EXPECT_DEATH(queue.Run([&] { BlockOn(one()); }), "contract broken: Executor::Current");
}

TEST(BlockOn, MayBlockAThreadThatBlocksAlready) {
  auto inner = []() -> Task<int> { co_return 1; };
  auto outer = [&]() -> Task<int> { co_return BlockOn(inner()); };
  EXPECT_EQ(BlockOn(outer()), 1);
  EXPECT_EQ(BlockOn(inner()), 1) << "and again afterwards";
}

TEST(LocalExecutor, RunsWorkInTheOrderItWasGivenAndTimersInTheirs) {
  LocalExecutor executor;
  std::vector<int> order;
  const absl::Time now = absl::Now();
  executor.PostAt(now + absl::Milliseconds(2), [&] {
    order.push_back(4);
    executor.Stop();
  });
  executor.PostAt(now + absl::Milliseconds(1), [&] { order.push_back(3); });
  executor.Post([&] { order.push_back(1); });
  executor.Post([&] { order.push_back(2); });
  executor.Run();
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4));
}

TEST(Spawn, RunsATaskByItselfAndKeepsWhatItNeeds) {
  LocalExecutor executor;
  std::string seen;
  auto body = [](std::string text, std::string& out, LocalExecutor& on) -> Task<void> {
    co_await SleepUntil(absl::InfinitePast());  // suspends: the caller is gone when it goes on
    out = text;
    on.Stop();
  };
  executor.Post([&] { Spawn(body("still here", seen, executor)); });
  executor.Run();
  EXPECT_EQ(seen, "still here");
}

}  // namespace
}  // namespace nwd::async
