#include "common/facts/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_format.h"
#include "common/geo/distance.h"
#include "tests/testing/project_facts.h"

namespace nwd::facts {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::ProjectFacts;

TEST(Boroughs, AreThe33OfLondonInOrderOfTheirCodes) {
  const auto boroughs = ProjectFacts().boroughs();
  ASSERT_EQ(boroughs.size(), 33u);
  EXPECT_EQ(boroughs.front().name, "City of London");
  EXPECT_EQ(boroughs.back().name, "Westminster");
  for (size_t i = 0; i < boroughs.size(); ++i) EXPECT_EQ(boroughs[i].code, absl::StrFormat("E09%06d", i + 1));
}

TEST(Boroughs, AreFoundByCodeAndBySlug) {
  const Borough* lambeth = ProjectFacts().FindBorough("E09000022");
  ASSERT_NE(lambeth, nullptr);
  EXPECT_EQ(lambeth->name, "Lambeth");
  EXPECT_EQ(ProjectFacts().FindBoroughBySlug("lambeth"), lambeth);
  EXPECT_EQ(ProjectFacts().FindBorough("E09000034"), nullptr);
  EXPECT_EQ(ProjectFacts().FindBorough(""), nullptr);
  EXPECT_EQ(ProjectFacts().FindBoroughBySlug("Lambeth"), nullptr);
}

TEST(Boroughs, LieInLondon) {
  constexpr geo::Point kCharingCross{51.5073, -0.1276};
  for (const Borough& borough : ProjectFacts().boroughs()) {
    EXPECT_LT(geo::DistanceMetres(kCharingCross, borough.centre), 26'000) << borough.name;
  }
  const auto centre = ProjectFacts().FindBoroughBySlug("tower-hamlets")->centre;
  EXPECT_LT(geo::DistanceMetres(centre, {51.5155, -0.0355}), 1'000);
}

TEST(Hubs, EachHasItsBoroughs) {
  const std::pair<const char*, size_t> expected[] = {{"central-london-forward", 12},
                                                     {"local-london", 9},
                                                     {"south-london-partnership", 5},
                                                     {"west-london-alliance", 7}};
  EXPECT_EQ(ProjectFacts().hubs().size(), std::size(expected));
  for (const auto& [hub, boroughs] : expected) EXPECT_EQ(ProjectFacts().BoroughsOf(hub).size(), boroughs) << hub;
  EXPECT_EQ(ProjectFacts().HubOf("E09000008")->name, "South London Partnership");
  EXPECT_EQ(ProjectFacts().HubOf("E12000007"), nullptr);
  EXPECT_TRUE(ProjectFacts().BoroughsOf("nowhere").empty());
}

TEST(PriorityGroups, KnowTheWiderGroupThatHoldsThem) {
  const auto groups = ProjectFacts().WithParents("black");
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0]->slug, "black");
  EXPECT_EQ(groups[1]->slug, "ethnic-minority");
  EXPECT_EQ(ProjectFacts().WithParents("women").size(), 1u);
  EXPECT_TRUE(ProjectFacts().WithParents("unknown").empty());
}

TEST(Facts, KeepTheirPointersWhenMoved) {
  auto loaded = Facts::Load(NWD_DATA_DIR);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const Borough* borough = loaded->FindBorough("E09000001");
  const Facts moved = *std::move(loaded);
  EXPECT_EQ(moved.FindBorough("E09000001"), borough);
}

// A copy of deploy/data in which a test breaks one file.
class BrokenFacts : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("facts-") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::copy(NWD_DATA_DIR, folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  absl::Status LoadWith(const std::string& file, const std::string& text) {
    std::filesystem::remove(folder_ / file);
    std::ofstream(folder_ / file) << text;
    const absl::Status status = Facts::Load(folder_).status();
    std::filesystem::remove(folder_ / file);
    std::filesystem::copy_file(std::filesystem::path(NWD_DATA_DIR) / file, folder_ / file);
    return status;
  }

  std::filesystem::path folder_;
};

TEST_F(BrokenFacts, AreRefusedWithFileAndLine) {
  struct Case {
    const char* file;
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"boroughs.csv", "code,name,slug,hub,lat,long\nE09000001,City,city,nowhere,51,0\n",
       "boroughs.csv:2: \"nowhere\" is not a hub of hubs.csv"},
      {"boroughs.csv", "code,name,slug,hub,lat,long\nE09000001,City,city,local-london,51,999\n",
       "boroughs.csv:2: \"51,999\" is not a point"},
      {"boroughs.csv", "code,name,slug\n", "boroughs.csv:1: no column named hub"},
      {"hubs.csv", "slug,name\na,A\na,B\n", "hubs.csv:3: \"a\" is there twice"},
      {"priority-groups.csv", "slug,name,parent\na,A,b\n", "priority-groups.csv:2: \"b\" is not a group above"},
      {"priority-groups.csv", "slug,name,parent\nA b,A,\n",
       "priority-groups.csv:2: \"A b\" is not a slug (a-z, 0-9, -)"},
      {"london-living-wage.csv", "announced,effective_by,pounds_an_hour\n2024-02-30,2025-01-01,9\n",
       "london-living-wage.csv:2: \"2024-02-30\" is not a date of the form 2025-12-31"},
      {"london-living-wage.csv", "announced,effective_by,pounds_an_hour\n2024-02-01,2025-01-01,free\n",
       "london-living-wage.csv:2: \"free\" is not an amount in pounds"},
      {"london-living-wage.csv", "announced,effective_by,pounds_an_hour\n", "london-living-wage.csv:1: no rates"},
  };
  for (const Case& test : cases) {
    const absl::Status status = LoadWith(test.file, test.text);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), EndsWith(test.message));
  }
}

TEST_F(BrokenFacts, AMissingFileIsNotFoundAndNamed) {
  std::filesystem::remove(folder_ / "hubs.csv");
  const absl::Status status = Facts::Load(folder_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("hubs.csv"));
}

}  // namespace
}  // namespace nwd::facts
