// Turns end by their deadline, and come when those before are done.
#include "services/directory/turn.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/time/clock.h"
#include "common/async/block_on.h"

namespace nwd::directory {
namespace {

absl::StatusOr<Turn::Guard> Take(Turn& turn, absl::Duration patience) {
  return async::BlockOn(turn.Take(absl::Now() + patience));
}

TEST(TurnTest, WhoWaitsLongerThanItsDeadlineIsTold) {
  Turn turn;
  const auto mine = Take(turn, absl::ZeroDuration());
  ASSERT_TRUE(mine.ok()) << "a turn that is free takes no time";
  const auto late = Take(turn, absl::Milliseconds(20));
  EXPECT_TRUE(absl::IsDeadlineExceeded(late.status())) << late.status();
  EXPECT_EQ(status::ReasonOf(late.status()), "TURN_NOT_REACHED");
}

TEST(TurnTest, TheNextGoesOnWhenTheOneBeforeIsDone) {
  Turn turn;
  std::optional<absl::StatusOr<Turn::Guard>> mine(Take(turn, absl::ZeroDuration()));
  ASSERT_TRUE(mine->ok());
  std::thread next([&] { EXPECT_TRUE(Take(turn, absl::Minutes(1)).ok()); });
  mine.reset();
  next.join();
  EXPECT_TRUE(Take(turn, absl::ZeroDuration()).ok()) << "and gives it back";
}

}  // namespace
}  // namespace nwd::directory
