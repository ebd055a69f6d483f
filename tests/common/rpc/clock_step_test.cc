// A clock that is set while a queue's timers run: they go by one that is not. This program's clock can be set, for all that
// it is linked with.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <ctime>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/base/nap.h"
#include "common/rpc/queue.h"

namespace {
std::atomic<int64_t> seconds_ahead{0};
}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
  const auto failed = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  if (clock == CLOCK_REALTIME) time->tv_sec += seconds_ahead.load();
  return failed;
}

namespace nwd::rpc {
namespace {

class ClockStep : public ::testing::TestWithParam<int64_t> {
 protected:
  ~ClockStep() override { seconds_ahead = 0; }
};

TEST_P(ClockStep, TimersComeWhenTheyWereToComeAllTheSame) {
  const absl::Time before = absl::Now();
  Queue queue{std::make_unique<grpc::CompletionQueue>()};
  queue.Start();
  absl::Notification soon, started;
  std::atomic<bool> late = false;
  queue.PostAt(absl::Now() + absl::Hours(1), [&] { late = true; });
  queue.PostAt(absl::Now() + absl::Milliseconds(100), [&] { soon.Notify(); });
  queue.Post([&] { started.Notify(); });
  started.WaitForNotification();
  seconds_ahead = GetParam();
  ASSERT_GT(absl::AbsDuration(absl::Now() - before), absl::Hours(1)) << "this program's clock is set";
  soon.WaitForNotification();
  absl::Notification passed;
  queue.Post([&] { passed.Notify(); });
  passed.WaitForNotification();
  EXPECT_FALSE(late) << "an hour has not passed";
  queue.Stop();
  EXPECT_TRUE(late) << "the end wakes whoever sleeps";
}

TEST_P(ClockStep, ANapEndsToo) {
  Nap nap;
  seconds_ahead = GetParam();
  EXPECT_FALSE(nap.For(absl::Milliseconds(10)));
  nap.End();
  EXPECT_TRUE(nap.For(absl::Hours(1)));
  EXPECT_FALSE(nap.For(absl::ZeroDuration())) << "once";
}

INSTANTIATE_TEST_SUITE_P(BackAndAhead, ClockStep, ::testing::Values(-2 * 3600, 2 * 3600));

}  // namespace
}  // namespace nwd::rpc
