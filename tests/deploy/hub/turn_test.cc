#include "deploy/hub/turn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "absl/time/clock.h"
#include "deploy/hub/process.h"
#include "tests/testing/temp_folder.h"

namespace nwd::hub {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

TEST(TurnTest, OneHasItUntilItIsGone) {
  testing::TempFolder folder;
  std::optional<absl::StatusOr<Turn>> first(Turn::Take(folder.Path(), "taken"));
  ASSERT_TRUE(first->ok()) << first->status();
  const absl::Status second = Turn::Take(folder.Path(), "taken").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(second));
  EXPECT_EQ(second.message(), "taken");
  first.reset();
  EXPECT_TRUE(Turn::Take(folder.Path(), "taken").ok());
}

TEST(TurnTest, AProgramStartedMeanwhileDoesNotKeepIt) {
  testing::TempFolder folder;
  std::optional<absl::StatusOr<Turn>> turn(Turn::Take(folder.Path(), "taken"));
  ASSERT_TRUE(turn->ok()) << turn->status();
  const auto started = StartProcess({.command = {"/bin/sh", "-c", "echo up; exec sleep 60"},
                                     .log_file = folder.Path() + "/log",
                                     .end_with_parent = true});
  ASSERT_TRUE(started.ok()) << started.status();
  ASSERT_TRUE(ReadLine(started->output, absl::Now() + kPatience).ok());
  turn.reset();
  EXPECT_TRUE(Turn::Take(folder.Path(), "taken").ok());
  EXPECT_TRUE(StopProcesses({started->id}, kPatience).ok());
  close(started->output);
}

TEST(TurnTest, WhatIsNotThereIsSaid) {
  const absl::Status status = Turn::Take("/no/such/folder", "taken").status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("cannot open /no/such/folder"));
}

}  // namespace
}  // namespace nwd::hub
