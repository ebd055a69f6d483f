#include "deploy/demo/story.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace nwd::demo {
namespace {

TEST(StoryTest, NothingRunsAfterAStepThatFailedAndTheReportSaysWhich) {
  Screen screen;
  Story story(screen);
  story.Chapter("One");
  story.Step("good", []() -> absl::StatusOr<std::string> { return "3 things"; });
  story.Step("bad", []() -> absl::StatusOr<std::string> { return absl::FailedPreconditionError("expected 1, saw 2"); });
  bool ran = false;
  story.Step("after", [&]() -> absl::StatusOr<std::string> {
    ran = true;
    return "";
  });
  story.Count("people", 7);
  EXPECT_TRUE(story.failed());
  EXPECT_FALSE(ran);
  const auto report = nlohmann::json::parse(story.Report());
  EXPECT_EQ(report["ok"], false);
  EXPECT_EQ(report["people"], 7);
  ASSERT_EQ(report["steps"].size(), 2u);
  EXPECT_EQ(report["steps"][0]["figure"], "3 things");
  EXPECT_EQ(report["steps"][1]["ok"], false);
  EXPECT_NE(report["error"].get<std::string>().find("expected 1, saw 2"), std::string::npos);
}

}  // namespace
}  // namespace nwd::demo
