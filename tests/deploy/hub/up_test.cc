// A hub of the real programs, brought up again after one of them has ended.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "deploy/hub/local_hub.h"
#include "deploy/hub/ports.h"
#include "tests/testing/temp_folder.h"

namespace nwd::hub {
namespace {

using ::testing::HasSubstr;

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

  const absl::Status taken = CheckPortsAreFree(first->services);
  EXPECT_TRUE(absl::IsFailedPrecondition(taken));
  EXPECT_THAT(std::string(taken.message()),
              HasSubstr(Cat("in use by the hub in ", options.folder, "; stop it with: ")));

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

TEST(UpTest, OfTwoAtOnceOneBringsItUpAndTheOtherIsToldSo) {
  testing::TempFolder folder;
  UpOptions options;
  options.folder = folder.Path() + "/a hub – ö";
  options.any_ports = true;
  options.end_with_parent = false;  // the thread that starts them ends before they do
  absl::StatusOr<HubState> ups[2];
  {
    std::thread one([&] { ups[0] = Up(options); }), other([&] { ups[1] = Up(options); });
    one.join();
    other.join();
  }
  const int up = ups[0].ok() ? 0 : 1;
  ASSERT_TRUE(ups[up].ok()) << ups[up].status();
  EXPECT_TRUE(ups[up]->AllAlive());
  const absl::Status& refused = ups[1 - up].status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused) || absl::IsAlreadyExists(refused)) << refused;
  const absl::StatusOr<HubState> kept = ReadState(options.folder);
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->Processes(), ups[up]->Processes());
  EXPECT_TRUE(Down(options.folder, kStopPatience).ok());
}

}  // namespace
}  // namespace nwd::hub
