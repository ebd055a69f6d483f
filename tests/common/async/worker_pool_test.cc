#include "common/async/worker_pool.h"

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "common/async/block_on.h"
#include "common/status/status.h"

namespace nwd::async {
namespace {

TEST(WorkerPool, WorksOnItsOwnThreadAndGoesOnOnTheCallers) {
  WorkerPool pool(1, 8);
  const std::thread::id caller = std::this_thread::get_id();
  std::thread::id after;
  auto task = [&]() -> Task<absl::StatusOr<std::thread::id>> {
    auto work = []() -> absl::StatusOr<std::thread::id> { return std::this_thread::get_id(); };
    auto result = co_await pool.Run(work);
    after = std::this_thread::get_id();
    co_return result;
  };
  const absl::StatusOr<std::thread::id> worked_on = BlockOn(task());
  ASSERT_TRUE(worked_on.ok()) << worked_on.status();
  EXPECT_NE(*worked_on, caller);
  EXPECT_EQ(after, caller);
}

TEST(WorkerPool, HandsBackErrors) {
  WorkerPool pool(1, 8);
  auto work = []() -> absl::StatusOr<int> { return absl::DataLossError("unreadable"); };
  EXPECT_EQ(BlockOn(pool.Run(work)).status(), absl::DataLossError("unreadable"));
}

TEST(WorkerPool, RefusesWhatFindsItFull) {
  WorkerPool pool(1, 1);
  absl::Notification started, release;
  std::thread busy([&] {
    auto work = [&]() -> absl::StatusOr<int> {
      started.Notify();
      release.WaitForNotification();
      return 1;
    };
    EXPECT_TRUE(BlockOn(pool.Run(work)).ok());
  });
  started.WaitForNotification();  // the only thread is busy; one place is left to wait in

  auto quick = []() -> absl::StatusOr<int> { return 2; };
  int taken = 0, refused = 0;
  LocalExecutor executor;
  auto ask = [&]() -> Task<void> {
    const absl::StatusOr<int> result = co_await pool.Run(quick);
    ++(status::ReasonOf(result.status()) == "OVERLOADED" ? refused : taken);
    if (refused == 1 && !release.HasBeenNotified()) release.Notify();
    if (taken + refused == 2) executor.Stop();
  };
  executor.Post([&] {
    Spawn(ask());
    Spawn(ask());
  });
  executor.Run();
  busy.join();
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(refused, 1);
}

TEST(WorkerPool, TakesAsMuchAsItHasRoomForAndFinishesAllOfIt) {
  constexpr int kPieces = 50;
  std::atomic<int> done{0};
  int resumed = 0;
  LocalExecutor executor;
  auto work = [&]() -> absl::StatusOr<int> { return ++done; };
  {
    WorkerPool pool(2, kPieces);
    auto ask = [&]() -> Task<void> {
      EXPECT_TRUE((co_await pool.Run(work)).ok());
      if (++resumed == kPieces) executor.Stop();
    };
    executor.Post([&] {
      for (int i = 0; i < kPieces; ++i) Spawn(ask());
    });
    executor.Run();
  }
  EXPECT_EQ(done, kPieces);
}

}  // namespace
}  // namespace nwd::async
