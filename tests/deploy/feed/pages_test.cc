#include "deploy/feed/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/base/strings.h"
#include "tests/testing/temp_folder.h"

namespace nwd::feed {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Names(const std::vector<Page>& pages) {
  std::vector<std::string> names;
  for (const Page& page : pages) names.push_back(page.name);
  return names;
}

TEST(PagesTest, AFolderGivesItsServicesByNameAndLeavesOtherJsonAlone) {
  testing::TempFolder folder;
  for (const char* name : {"services-page-002.json", "services-page-001.json", "people.json", "README.md"}) {
    std::ofstream(folder.Path() + "/" + name) << "{}";
  }
  const auto pages = ReadPages(folder.Path());
  ASSERT_TRUE(pages.ok()) << pages.status();
  EXPECT_EQ(Names(*pages), (std::vector<std::string>{"services-page-001.json", "services-page-002.json"}));
}

TEST(PagesTest, AFolderWithoutThatNameGivesAllItsJson) {
  testing::TempFolder folder;
  std::ofstream(folder.Path() + "/b.json") << "{}";
  std::ofstream(folder.Path() + "/a.json") << "{}";
  EXPECT_EQ(Names(*ReadPages(folder.Path())), (std::vector<std::string>{"a.json", "b.json"}));
}

TEST(PagesTest, NothingThereIsSaid) {
  testing::TempFolder folder;
  EXPECT_TRUE(absl::IsNotFound(ReadPages(folder.Path()).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadPages(folder.Path() + "/none.json").status()));
}

TEST(PagesTest, AFolderWithoutPagesIsCalledThat) {
  testing::TempFolder folder;
  std::ofstream(folder.Path() + "/feed.txt") << "{}";
  EXPECT_THAT(std::string(ReadPages(folder.Path()).status().message()), HasSubstr("no .json file"));
}

TEST(PagesTest, AFileNameThatCannotBeListedIsAProblemOfThatPageAlone) {
  testing::TempFolder folder;
  std::ofstream(folder.Path() + "/a.json") << "{}";
  std::ofstream(folder.Path() + "/b\xff.json") << "{}";
  std::ofstream(folder.Path() + "/c\n.json") << "{}";
  std::ofstream(folder.Path() + "/" + std::string(220, 'd') + ".json") << "{}";
  const auto pages = ReadPages(folder.Path());
  ASSERT_TRUE(pages.ok()) << pages.status();
  EXPECT_EQ(Names(*pages), (std::vector<std::string>{"a.json", "b?.json", "c?.json", std::string(200, 'd')}));
  EXPECT_TRUE((*pages)[0].usable());
  for (int i = 1; i < 4; ++i) EXPECT_THAT((*pages)[i].problem, HasSubstr("rename it"));
}

TEST(PagesTest, APageThatIsTooLargeOrCannotBeReadIsAProblemOfThatPageAlone) {
  testing::TempFolder folder;
  std::ofstream(folder.Path() + "/services-1.json") << "{}";
  std::ofstream(folder.Path() + "/services-2.json") << std::string(Limits().page_bytes + 1, ' ');
  std::filesystem::create_directory(folder.Path() + "/services-3.json");
  std::filesystem::create_symlink("nowhere", folder.Path() + "/services-4.json");
  std::ofstream(folder.Path() + "/services-5.json");
  const auto pages = ReadPages(folder.Path());
  ASSERT_TRUE(pages.ok()) << pages.status();
  ASSERT_EQ(pages->size(), 5u);
  EXPECT_TRUE((*pages)[0].usable());
  EXPECT_THAT((*pages)[1].problem, HasSubstr("4000000 bytes"));
  EXPECT_THAT((*pages)[2].problem, HasSubstr("not a file"));
  EXPECT_THAT((*pages)[3].problem, HasSubstr("not a file"));
  EXPECT_THAT((*pages)[4].problem, HasSubstr("empty"));
}

TEST(PagesTest, AFeedWithoutAnyUsablePageIsAMistakeThatNamesOne) {
  testing::TempFolder folder;
  std::ofstream(folder.Path() + "/services.json") << std::string(11, ' ');
  const auto pages = ReadPages(folder.Path(), {.page_bytes = 10});
  EXPECT_TRUE(absl::IsInvalidArgument(pages.status()));
  EXPECT_THAT(std::string(pages.status().message()), HasSubstr("services.json"));
}

TEST(PagesTest, AFeedHasALimitAsAWhole) {
  testing::TempFolder folder;
  for (const char* name : {"a.json", "b.json", "c.json"}) std::ofstream(folder.Path() + "/" + name) << "{      }";
  EXPECT_TRUE(ReadPages(folder.Path(), {.page_bytes = 10, .feed_bytes = 24}).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPages(folder.Path(), {.page_bytes = 10, .feed_bytes = 23}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPages(folder.Path(), {.pages = 2}).status()));
}

// A publisher on loopback.
class FetchTest : public ::testing::Test {
 protected:
  void Serve(httplib::Server::Handler handler) {
    server_.Get("/services", std::move(handler));
    const int port = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    url_ = Cat("http://127.0.0.1:", port, "/services");
  }
  ~FetchTest() override {
    while (!server_.is_running()) std::this_thread::yield();
    server_.stop();
    thread_.join();
  }

  httplib::Server server_;
  std::thread thread_;
  std::string url_;
};

TEST_F(FetchTest, PagesAreAskedForUntilTheLast) {
  Serve([](const httplib::Request& request, httplib::Response& response) {
    const std::string page = request.get_param_value("page");
    response.set_content(
        Cat(R"({"contents": [{"id": )", page, R"(}], "last_page": )", page == "3" ? "true" : "false", "}"),
        "application/json");
  });
  const auto pages = ReadPages(url_);
  ASSERT_TRUE(pages.ok()) << pages.status();
  EXPECT_EQ(Names(*pages), (std::vector<std::string>{"page-001", "page-002", "page-003"}));
}

TEST_F(FetchTest, APublisherThatCountsPagesInsteadIsUnderstood) {
  Serve([](const httplib::Request& request, httplib::Response& response) {
    response.set_content(Cat(R"({"contents": [{"id": )", request.get_param_value("page"), R"(}], "total_pages": 2})"),
                         "application/json");
  });
  EXPECT_EQ(ReadPages(url_)->size(), 2u);
}

TEST_F(FetchTest, AFileThatSaysNothingOfPagesIsOnePage) {
  Serve([](const httplib::Request&, httplib::Response& response) {
    response.set_content(R"({"contents": [{}]})", "application/json");
  });
  const auto pages = ReadPages(url_);
  ASSERT_TRUE(pages.ok()) << pages.status();
  EXPECT_EQ(pages->size(), 1u);
}

TEST_F(FetchTest, OnePageOfManyServedAgainAndAgainIsSaid) {
  Serve([](const httplib::Request&, httplib::Response& response) {
    response.set_content(R"({"contents": [{}], "last_page": false})", "application/json");
  });
  EXPECT_THAT(std::string(ReadPages(url_).status().message()), HasSubstr("the page before again"));
}

TEST_F(FetchTest, ThreeBadPagesInARowAreNoFeed) {
  Serve([](const httplib::Request& request, httplib::Response& response) {
    const std::string page = request.get_param_value("page");
    if (page == "2") return static_cast<void>(response.status = 500);
    if (page == "3") return response.set_content("<html>", "text/html");
    if (page == "4") return response.set_content(std::string(200, ' '), "application/json");
    response.set_content(Cat(R"({"contents": [{"id": )", page, R"(}], "total_pages": 5})"), "application/json");
  });
  const auto pages = ReadPages(url_, {.page_bytes = 100});
  EXPECT_TRUE(absl::IsInvalidArgument(pages.status())) << pages.status();
  EXPECT_THAT(std::string(pages.status().message()), HasSubstr("page 4"));
}

TEST_F(FetchTest, BadPagesHereAndThereAreListedAndTheRestIsHad) {
  Serve([](const httplib::Request& request, httplib::Response& response) {
    const std::string page = request.get_param_value("page");
    if (page == "2") return static_cast<void>(response.status = 500);
    if (page == "4") return response.set_content("<html>", "text/html");
    if (page == "5") return response.set_content(std::string(200, ' '), "application/json");
    response.set_content(Cat(R"({"contents": [{"id": )", page, R"(}], "total_pages": 5})"), "application/json");
  });
  const auto pages = ReadPages(url_, {.page_bytes = 100});
  ASSERT_TRUE(pages.ok()) << pages.status();
  ASSERT_EQ(pages->size(), 5u) << "also where the last is bad";
  EXPECT_TRUE((*pages)[0].usable());
  EXPECT_THAT((*pages)[1].problem, HasSubstr("500"));
  EXPECT_TRUE((*pages)[2].usable());
  EXPECT_THAT((*pages)[3].problem, HasSubstr("JSON"));
  EXPECT_THAT((*pages)[4].problem, HasSubstr("100 bytes"));
}

TEST_F(FetchTest, AFeedHasALimitAsAWhole) {
  Serve([](const httplib::Request& request, httplib::Response& response) {
    response.set_content(Cat(R"({"contents": [{"id": )", request.get_param_value("page"), R"(}], "last_page": false})"),
                         "application/json");
  });
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPages(url_, {.feed_bytes = 1'000}).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPages(url_, {.pages = 10}).status()));
}

TEST_F(FetchTest, AnErrorOfThePublisherIsSaidWithItsAddress) {
  Serve([](const httplib::Request&, httplib::Response& response) { response.status = 503; });
  const auto pages = ReadPages(url_);
  EXPECT_TRUE(absl::IsUnavailable(pages.status()));
  EXPECT_THAT(std::string(pages.status().message()), HasSubstr("503"));
}

TEST_F(FetchTest, APublisherThatRedirectsForEverIsGivenUp) {
  Serve([](const httplib::Request& request, httplib::Response& response) {
    response.set_redirect(Cat("/services?page=", request.get_param_value("page")));
  });
  const auto pages = ReadPages(url_);
  EXPECT_TRUE(absl::IsUnavailable(pages.status())) << pages.status();
  EXPECT_THAT(std::string(pages.status().message()), HasSubstr("redirects"));
}

TEST_F(FetchTest, ARedirectToAFileIsNotFollowed) {
  Serve([](const httplib::Request&, httplib::Response& response) { response.set_redirect("file:///etc/hostname"); });
  EXPECT_TRUE(absl::IsUnavailable(ReadPages(url_).status())) << ReadPages(url_).status();
}

TEST_F(FetchTest, WhatIsNoPageIsSaid) {
  Serve([](const httplib::Request&, httplib::Response& response) { response.set_content("<html>", "text/html"); });
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPages(url_).status()));
}

}  // namespace
}  // namespace nwd::feed
