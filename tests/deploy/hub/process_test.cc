#include "deploy/hub/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "tests/testing/temp_folder.h"

namespace nwd::hub {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

class ProcessTest : public ::testing::Test {
 protected:
  Started Start(const std::string& script) {
    auto started = StartProcess({.command = {"/bin/sh", "-c", script}, .log_file = Log(), .end_with_parent = true});
    EXPECT_TRUE(started.ok()) << started.status();
    return *started;
  }
  std::string Log() const { return folder_.Path() + "/log"; }

  testing::TempFolder folder_;
};

TEST_F(ProcessTest, WhatItSaysCanBeReadLineByLine) {
  const Started started = Start("echo one; echo two; exec sleep 60");
  EXPECT_EQ(*ReadLine(started.output, absl::Now() + kPatience), "one");
  EXPECT_EQ(*ReadLine(started.output, absl::Now() + kPatience), "two");
  EXPECT_TRUE(StopProcesses({started.id}, kPatience).ok());
  close(started.output);
}

TEST_F(ProcessTest, AnEndWithoutALineIsUnavailableAndWhatItSaidIsInTheLog) {
  const Started started = Start("echo broken >&2");
  EXPECT_TRUE(absl::IsUnavailable(ReadLine(started.output, absl::Now() + kPatience).status()));
  std::ifstream log(Log());
  std::string line;
  std::getline(log, line);
  EXPECT_EQ(line, "broken");
  close(started.output);
}

TEST_F(ProcessTest, SilenceIsAnErrorAtTheDeadline) {
  const Started started = Start("exec sleep 60");
  EXPECT_TRUE(absl::IsDeadlineExceeded(ReadLine(started.output, absl::Now() + absl::Milliseconds(20)).status()));
  EXPECT_TRUE(IsAlive(started.id));
  EXPECT_TRUE(StopProcesses({started.id}, kPatience).ok());
  EXPECT_FALSE(IsAlive(started.id));
  close(started.output);
}

TEST_F(ProcessTest, OneThatDoesNotStopIsKilledAndNamed) {
  const Started started = Start("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_TRUE(ReadLine(started.output, absl::Now() + kPatience).ok());
  const absl::Status stopped = StopProcesses({started.id}, absl::Milliseconds(50));
  EXPECT_TRUE(absl::IsDeadlineExceeded(stopped));
  EXPECT_EQ(stopped.message(), Cat("did not stop in 50ms and were killed: ", started.id.pid)) << "named once";
  EXPECT_FALSE(IsAlive(started.id));
  close(started.output);
}

TEST_F(ProcessTest, AnIdThatNowBelongsToAnotherIsNotAlive) {
  const ProcessId other = {.pid = getpid(), .start_ticks = 1};
  EXPECT_FALSE(IsAlive(other));
  EXPECT_TRUE(StopProcesses({other}, absl::ZeroDuration()).ok());  // and this test goes on
}

TEST_F(ProcessTest, AProgramThatIsNotThereIsSaid) {
  const auto started = StartProcess({.command = {folder_.Path() + "/none"}, .log_file = Log()});
  EXPECT_TRUE(absl::IsFailedPrecondition(started.status()));
}

}  // namespace
}  // namespace nwd::hub
