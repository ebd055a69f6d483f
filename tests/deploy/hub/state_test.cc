#include "deploy/hub/state.h"

#include <gtest/gtest.h>

#include <fstream>

#include "deploy/hub/folder.h"
#include "deploy/hub/local_hub.h"
#include "tests/testing/temp_folder.h"

namespace nwd::hub {
namespace {

TEST(StateTest, WhatWasWrittenIsRead) {
  testing::TempFolder folder;
  const HubState written = {
      .folder = folder.Path(),
      .trust_domain = "hub.test",
      .admins = {"a", "b"},
      .ends_with_starter = true,
      .services = {{.name = "consent", .process = {.pid = 7, .start_ticks = 11}, .grpc_port = 1, .http_port = 2}}};
  ASSERT_TRUE(WriteState(written).ok());
  const auto read = ReadState(folder.Path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->trust_domain, "hub.test");
  EXPECT_EQ(read->admins, written.admins);
  EXPECT_EQ(read->Service("consent").process, written.services[0].process);
  EXPECT_EQ(read->Service("consent").Address(), "127.0.0.1:1");
  EXPECT_FALSE(read->AllAlive());
}

TEST(StateTest, NoHubIsNotFoundAndStoppingItToo) {
  testing::TempFolder folder;
  EXPECT_TRUE(absl::IsNotFound(ReadState(folder.Path()).status()));
  EXPECT_TRUE(absl::IsNotFound(Down(folder.Path(), kStopPatience)));
}

TEST(StateTest, AStateThatCannotBeUnderstoodIsLeftAlone) {
  testing::TempFolder folder;
  std::ofstream(StateFile(folder.Path())) << "{\"services\": 3}";
  const absl::Status status = ReadState(folder.Path()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_NE(status.message().find("none of its services runs; then remove it with: rm "), std::string::npos) << status;
}

TEST(StateTest, AHubWhoseProgramsAreMissingSaysSoAndLeavesNothingRunning) {
  testing::TempFolder folder;
  UpOptions options;
  options.folder = folder.Path();
  options.programs = folder.Path() + "/none";
  options.any_ports = true;
  const auto up = Up(options);
  EXPECT_TRUE(absl::IsFailedPrecondition(up.status())) << up.status();
  EXPECT_TRUE(absl::IsNotFound(ReadState(folder.Path()).status()));
}

}  // namespace
}  // namespace nwd::hub
