#include "common/program/kept_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/async/block_on.h"
#include "common/log/capture.h"
#include "common/store_memory/memory_store.h"

namespace nwd::program {
namespace {

using ::testing::_;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KeptClockTest : public ::testing::Test {
 protected:
  static constexpr absl::Time kNoon = absl::FromUnixSeconds(1'800'000'000);

  // What a look sees after `passed` of real time, in which the machine's clock was moved by `moved` besides.
  void Look(KeptClock& clock, absl::Duration passed, absl::Duration moved = absl::ZeroDuration()) {
    steady_ += passed;
    machine_.Advance(passed + moved);
    async::BlockOn(clock.Look(store_, steady_));
  }

  ManualClock machine_{kNoon};
  absl::Time steady_ = absl::UnixEpoch() + absl::Hours(5);
  store::MemoryStore store_;
  metrics::Registry metrics_;
  log::Capture log_;
};

TEST_F(KeptClockTest, GoesWithTheMachinesClock) {
  const KeptClock clock(machine_, metrics_);
  EXPECT_EQ(clock.Now(), kNoon);
  machine_.Advance(absl::Seconds(3));
  EXPECT_EQ(clock.Now(), kNoon + absl::Seconds(3));
  EXPECT_EQ(clock.Behind(), absl::ZeroDuration());
}

TEST_F(KeptClockTest, StandsStillWhileTheMachinesClockIsBehindWhatItTold) {
  const KeptClock clock(machine_, metrics_);
  machine_.Advance(absl::Hours(1));
  ASSERT_EQ(clock.Now(), kNoon + absl::Hours(1));
  machine_.Advance(-absl::Hours(1));
  EXPECT_EQ(clock.Now(), kNoon + absl::Hours(1));
  EXPECT_EQ(clock.Behind(), absl::Hours(1));
  machine_.Advance(absl::Minutes(59));
  EXPECT_EQ(clock.Now(), kNoon + absl::Hours(1));
  machine_.Advance(absl::Minutes(2));
  EXPECT_EQ(clock.Now(), kNoon + absl::Hours(1) + absl::Minutes(1));
}

TEST_F(KeptClockTest, WhileTheMachinesClockIsBehindItGoesOnAtHalfItsPaceUntilThatHasCaughtUp) {
  KeptClock clock(machine_, metrics_);
  Look(clock, absl::Seconds(10));
  Look(clock, absl::Seconds(10), -absl::Hours(1));
  const absl::Time back = clock.Now();
  EXPECT_GE(back, kNoon + absl::Seconds(10));
  for (int i = 0; i < 60; ++i) Look(clock, absl::Minutes(1));
  EXPECT_EQ(clock.Now(), back + absl::Minutes(30)) << "an hour later";
  for (int i = 0; i < 62; ++i) Look(clock, absl::Minutes(1));
  EXPECT_EQ(clock.Now(), machine_.Now());
  EXPECT_EQ(clock.Behind(), absl::ZeroDuration());
}

TEST_F(KeptClockTest, ItIsSaidOnceThatTheClockIsBehindAndOnceThatItHasCaughtUp) {
  KeptClock clock(machine_, metrics_);
  Look(clock, absl::Seconds(10));
  EXPECT_THAT(log_.Lines(), IsEmpty());
  Look(clock, absl::Seconds(10), -absl::Hours(1));
  Look(clock, absl::Seconds(10));
  EXPECT_THAT(log_.Lines(),
              ElementsAre(AllOf(HasSubstr("\"event\":\"clock.behind\""), HasSubstr("\"seconds\":3595")),
                          AllOf(HasSubstr("\"event\":\"clock.jumped\""), HasSubstr("\"seconds\":-3600"))));
  for (int i = 0; i < 122; ++i) Look(clock, absl::Minutes(1));
  EXPECT_THAT(log_.Lines(), ElementsAre(_, _, HasSubstr("\"event\":\"clock.caught_up\"")));
  EXPECT_THAT(metrics_.Text(), HasSubstr("nwd_clock_jumps_total 1\n"));
}

TEST_F(KeptClockTest, ALeapForwardIsSaid) {
  KeptClock clock(machine_, metrics_);
  Look(clock, absl::Seconds(10));
  Look(clock, absl::Seconds(10), absl::Hours(1));
  EXPECT_THAT(log_.Lines(), ElementsAre(AllOf(HasSubstr("\"event\":\"clock.jumped\""), HasSubstr("\"seconds\":3600"))));
}

TEST_F(KeptClockTest, TheTimeToldBeforeIsTakenUpAfterARestart) {
  {
    KeptClock clock(machine_, metrics_);
    Look(clock, absl::Hours(1));
  }
  machine_.Set(kNoon);
  KeptClock again(machine_, metrics_);
  ASSERT_TRUE(again.TakeUp(store_, false).ok());
  EXPECT_EQ(again.Now(), kNoon + absl::Hours(1));
  EXPECT_THAT(metrics_.Text(), HasSubstr("nwd_clock_behind_seconds 3600\n"));
}

TEST_F(KeptClockTest, AClockThatIsFarBehindIsRefusedAtTheStartUnlessSomebodySaysThatItIsRight) {
  {
    KeptClock clock(machine_, metrics_);
    Look(clock, absl::Hours(24 * 365));
  }
  machine_.Set(kNoon);
  {
    KeptClock again(machine_, metrics_);
    const absl::Status refused = again.TakeUp(store_, false);
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(refused.message()), AllOf(HasSubstr("8760h"), HasSubstr("--accept-clock")));
  }
  {
    KeptClock accepted(machine_, metrics_);
    ASSERT_TRUE(accepted.TakeUp(store_, true).ok());
    EXPECT_EQ(accepted.Now(), kNoon);
    Look(accepted, absl::Seconds(10));
  }
  KeptClock after(machine_, metrics_);
  ASSERT_TRUE(after.TakeUp(store_, false).ok()) << "it is needed once";
  EXPECT_EQ(after.Now(), kNoon + absl::Seconds(10));
}

}  // namespace
}  // namespace nwd::program
