// A hub of the real programs, brought up again after one of them has ended.
#include <gtest/gtest.h>
#include <signal.h>

#include "absl/time/clock.h"
#include "deploy/hub/local_hub.h"
#include "tests/testing/temp_folder.h"

namespace nwd::hub {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kLookAgain = absl::Milliseconds(5);

TEST(UpTest, StartsWhatHasEndedAndLeavesWhatRuns) {
  testing::TempFolder folder;
  UpOptions options;
  options.folder = folder.Path() + "/hub";
  options.any_ports = true;
  options.end_with_parent = true;
  const absl::StatusOr<HubState> first = Up(options);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_TRUE(absl::IsAlreadyExists(Up(options).status()));

  const RunningService& consent = first->Service("consent");
  ASSERT_EQ(kill(consent.process.pid, SIGKILL), 0);
  const absl::Time end = absl::Now() + kPatience;
  while (IsAlive(consent.process) && absl::Now() < end) absl::SleepFor(kLookAgain);
  const absl::StatusOr<HubState> second = Up(options);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->AllAlive());
  EXPECT_NE(second->Service("consent").process.pid, consent.process.pid);
  EXPECT_EQ(second->Service("consent").grpc_port, consent.grpc_port);
  EXPECT_EQ(second->Service("referral").process.pid, first->Service("referral").process.pid);

  EXPECT_TRUE(Down(options.folder, kStopPatience).ok());
  EXPECT_TRUE(absl::IsNotFound(Down(options.folder, kStopPatience)));
}

}  // namespace
}  // namespace nwd::hub
