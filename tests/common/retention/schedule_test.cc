#include "common/retention/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/base/strings.h"
#include "tests/testing/temp_folder.h"

namespace nwd::retention {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ScheduleTest : public ::testing::Test {
 protected:
  absl::StatusOr<Schedule> Load(const std::string& rows, const std::string& service = "consent") {
    const std::string path = Cat(folder_.Path(), "/retention.csv");
    std::ofstream(path) << "service,kind,tables,what,days,kept,why\n" << rows;
    return Schedule::Load(path, service);
  }
  testing::TempFolder folder_;
};

TEST_F(ScheduleTest, HasWhatOneServiceKeepsAndForHowLong) {
  const auto schedule = Load(
      "consent,notices,m,What,30,after,why\nconsent,texts,x,What,,for ever,why\n"
      "referral,notices,m,What,7,after,why\n");
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  EXPECT_EQ(schedule->KeptFor("notices"), absl::Hours(24 * 30));
  EXPECT_EQ(schedule->KeptFor("texts"), std::nullopt);
  EXPECT_EQ(schedule->KeptFor("nothing"), std::nullopt);
  EXPECT_THAT(schedule->Limited(), ElementsAre("notices"));
}

TEST_F(ScheduleTest, SaysWhichLineIsWrong) {
  for (const char* days : {"0", "-1", "soon", "1.5", "36601"}) {
    const auto schedule = Load(Cat("consent,notices,m,What,", days, ",after,why\n"));
    EXPECT_TRUE(absl::IsInvalidArgument(schedule.status())) << days;
    EXPECT_THAT(std::string(schedule.status().message()), HasSubstr("retention.csv:2")) << days;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(Load("consent,a,m,W,1,k,w\nconsent,a,n,W,2,k,w\n").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Load("referral,a,m,W,1,k,w\n").status())) << "nothing of this service";
  EXPECT_TRUE(absl::IsNotFound(Schedule::Load(Cat(folder_.Path(), "/no.csv"), "consent").status()));
}

TEST_F(ScheduleTest, WhatEveryServiceKeepsIsEachOnes) {
  const auto schedule = Load("consent,people,p,W,30,k,w\nevery,requests,I,W,7,k,w\nkeys,people,P,W,,k,w\n");
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  EXPECT_THAT(schedule->Limited(), ElementsAre("every/requests", "people")) << "a job that lets go of neither says so";
}

TEST_F(ScheduleTest, TheProjectsTableIsOne) {
  for (const char* service : {"consent", "referral", "outcome", "directory"}) {
    const auto schedule = Schedule::Load(Cat(NWD_DATA_DIR, "/retention.csv"), service);
    EXPECT_TRUE(schedule.ok()) << schedule.status();
  }
}

}  // namespace
}  // namespace nwd::retention
