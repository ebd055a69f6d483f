// Real feeds as their publishers serve them, where they lie beside the project (NWD_SHARED, or ../shared), and our own
// sample.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/services/directory/hub.h"

namespace nwd::directory {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> PagesIn(const fs::path& folder) {
  std::vector<fs::path> pages;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with("services-page-")) pages.push_back(entry.path());
  }
  std::sort(pages.begin(), pages.end());
  return pages;
}

fs::path SharedFeed(const std::string& name) {
  const char* shared = std::getenv("NWD_SHARED");
  return fs::path(shared != nullptr ? shared : fs::path(NWD_SOURCE_DIR) / ".." / "shared") / "data" / "oruk" / name;
}

struct Imported {
  v1::CommitImportResponse counts;
  std::vector<v1::ImportProblem> problems;
};

Imported ImportFolder(Hub& hub, const std::string& feed, const fs::path& folder) {
  Imported imported;
  const std::string import_id = hub.BeginImport(feed);
  for (const fs::path& path : PagesIn(folder)) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const auto put = hub.PutPage(import_id, path.filename().string(), bytes);
    EXPECT_TRUE(put.ok()) << put.status();
    if (put.ok()) imported.problems.insert(imported.problems.end(), put->problems().begin(), put->problems().end());
  }
  const auto committed = hub.Commit(import_id, true);
  EXPECT_TRUE(committed.ok()) << committed.status();
  if (committed.ok()) imported.counts = *committed;
  return imported;
}

int Count(Hub& hub, const v1::SearchServicesRequest& request) {
  const auto found = hub.As<v1::SearchServicesResponse>("north", request);
  EXPECT_TRUE(found.ok()) << found.status();
  return found.ok() ? found->total_size() : -1;
}

TEST(RealFeeds, LegalAdviceIsTakenWhole) {
  const fs::path folder = SharedFeed("london-legal-advice");
  if (PagesIn(folder).empty()) GTEST_SKIP() << "no feed at " << folder << "; set NWD_SHARED";
  Hub hub;
  const Imported imported = ImportFolder(hub, "legal-advice", folder);
  EXPECT_EQ(imported.counts.created(), 808);
  EXPECT_EQ(imported.counts.left_out(), 0);
  ASSERT_EQ(imported.problems.size(), 1u) << "one office has a telephone number with a digit too many";
  EXPECT_EQ(imported.problems[0].page(), "services-page-005.json");
  EXPECT_EQ(imported.problems[0].index(), 8);
  EXPECT_EQ(imported.problems[0].field(), "contacts[0].phones[0].number");
  EXPECT_EQ(ImportFolder(hub, "legal-advice", folder).counts.unchanged(), 808);

  v1::SearchServicesRequest request;
  request.set_text("immigr advice");
  request.set_near_postcode("HA9 7BH");
  request.set_within_metres(5'000);
  EXPECT_GT(Count(hub, request), 3);
  request.Clear();
  request.add_categories("immas");
  EXPECT_GT(Count(hub, request), 50);
  request.set_borough("E09000005");
  const int in_brent = Count(hub, request);
  EXPECT_GT(in_brent, 0);
  EXPECT_LT(in_brent, 50);
}

TEST(RealFeeds, RehabilitationIsTakenWhole) {
  const fs::path folder = SharedFeed("london-rehabilitation");
  if (PagesIn(folder).empty()) GTEST_SKIP() << "no feed at " << folder << "; set NWD_SHARED";
  Hub hub;
  const Imported imported = ImportFolder(hub, "rehabilitation", folder);
  EXPECT_EQ(imported.counts.created(), 10);
  for (const v1::ImportProblem& problem : imported.problems) ADD_FAILURE() << problem.ShortDebugString();
  v1::SearchServicesRequest request;
  request.set_text("women services");
  EXPECT_GT(Count(hub, request), 0);
  request.set_age(17);
  EXPECT_EQ(Count(hub, request), 0);
}

TEST(RealFeeds, OurOwnSampleIsTakenWithItsQuirksListed) {
  Hub hub;
  const Imported imported = ImportFolder(hub, "sample", fs::path(NWD_SOURCE_DIR) / "deploy" / "sample");
  EXPECT_EQ(imported.counts.created(), 70);
  EXPECT_EQ(imported.counts.left_out(), 0);
  std::vector<std::string> fields;
  for (const v1::ImportProblem& problem : imported.problems) fields.push_back(problem.field());
  EXPECT_THAT(fields, ::testing::ElementsAre("minimum_age", "maximum_age")) << "of the one with ages of -1";
  v1::SearchServicesRequest request;
  for (int borough = 1; borough <= 33; ++borough) {
    request.set_borough(absl::StrFormat("E090000%02d", borough));
    EXPECT_GT(Count(hub, request), 0) << borough;
  }
}

}  // namespace
}  // namespace nwd::directory
