#include "deploy/feed/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
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

TEST(PagesTest, EveryJsonFileOfAFolderIsAPageWhateverItIsCalled) {
  testing::TempFolder folder;
  for (const char* name : {"services-2.json", "services-1.JSON", "page 3.Json", "people.json", "README.md", "json"}) {
    std::ofstream(folder.Path() + "/" + name) << "{}";
  }
  const auto pages = ReadPages(folder.Path());
  ASSERT_TRUE(pages.ok()) << pages.status();
  EXPECT_EQ(Names(*pages),
            (std::vector<std::string>{"page 3.Json", "people.json", "services-1.JSON", "services-2.json"}));
}

TEST(PagesTest, AFileThatMayNotBeReadIsCalledThatNotEmpty) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  testing::TempFolder folder;
  std::ofstream(folder.Path() + "/a.json") << "{}";
  std::ofstream(folder.Path() + "/b.json") << "{}";
  std::filesystem::permissions(folder.Path() + "/b.json", std::filesystem::perms::none);
  const auto pages = ReadPages(folder.Path());
  ASSERT_TRUE(pages.ok()) << pages.status();
  EXPECT_THAT((*pages)[1].problem, HasSubstr("let this user read its file"));
}

TEST(PagesTest, ANameThatNoFileCanHaveIsSaid) {
  const auto pages = ReadPages("/tmp/" + std::string(300, 'x'));
  EXPECT_FALSE(pages.ok());
  EXPECT_THAT(std::string(pages.status().message()), HasSubstr("too long"));
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
class Publisher {
 public:
  explicit Publisher(httplib::Server::Handler handler) {
    server_.Get("/services", std::move(handler));
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~Publisher() {
    while (!server_.is_running()) std::this_thread::yield();
    server_.stop();
    thread_.join();
  }
  std::string Url() const { return Cat("http://127.0.0.1:", port_, "/services"); }

 private:
  httplib::Server server_;
  int port_;
  std::thread thread_;
};

class FetchTest : public ::testing::Test {
 protected:
  void Serve(httplib::Server::Handler handler) {
    publisher_.emplace(std::move(handler));
    url_ = publisher_->Url();
  }

  std::optional<Publisher> publisher_;
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

// A page of a feed that says of the next what publishers do, with one service in it.
std::string Content(int page, const std::string& says) {
  return Cat(R"({"contents": [{"id": )", page, "}], ", says, "}");
}

int PageOf(const httplib::Request& request) { return std::stoi(request.get_param_value("page")); }

TEST_F(FetchTest, ThreeBadPagesInARowEndTheAskingAndWhatWasHadIsAFeed) {
  std::atomic<int> asked = 0;
  Serve([&](const httplib::Request& request, httplib::Response& response) {
    const int page = PageOf(request);
    asked = page;
    if (page == 2) return static_cast<void>(response.status = 500);
    if (page == 3) return response.set_content("<html>", "text/html");
    if (page == 4) return response.set_content(std::string(200, ' '), "application/json");
    response.set_content(Content(page, R"("total_pages": 9)"), "application/json");
  });
  const auto pages = ReadPages(url_, {.page_bytes = 100});
  ASSERT_TRUE(pages.ok()) << pages.status();
  ASSERT_EQ(pages->size(), 4u);
  EXPECT_TRUE((*pages)[0].usable());
  EXPECT_THAT((*pages)[3].problem, HasSubstr("100 bytes"));
  EXPECT_THAT((*pages)[3].problem, HasSubstr("no more were asked for"));
  EXPECT_EQ(asked, 4);
}

TEST_F(FetchTest, ThreeBadPagesAtItsBeginningAreNoFeed) {
  Serve([](const httplib::Request&, httplib::Response& response) { response.status = 404; });
  const auto pages = ReadPages(url_);
  EXPECT_TRUE(absl::IsUnavailable(pages.status())) << pages.status();
  EXPECT_THAT(std::string(pages.status().message()), HasSubstr("page 3 and the 2 before it"));
}

TEST_F(FetchTest, ABadLastPageIsTheOnlyOneListed) {
  for (const std::string broken : {"", R"({"contents": [{"id": 4)"}) {
    std::atomic<int> asked = 0;
    const auto publish = [&, broken](const httplib::Request& request, httplib::Response& response) {
      const int page = PageOf(request);
      asked = page;
      if (page > 4) return static_cast<void>(response.status = 404);
      if (page < 4)
        return response.set_content(Content(page, R"("last_page": false, "total_pages": 4)"), "application/json");
      if (broken.empty()) return static_cast<void>(response.status = 500);
      response.set_content(broken, "application/json");
    };
    Publisher publisher(publish);
    const auto pages = ReadPages(publisher.Url());
    ASSERT_TRUE(pages.ok()) << pages.status();
    ASSERT_EQ(pages->size(), 4u);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE((*pages)[i].usable());
    EXPECT_FALSE((*pages)[3].usable());
    EXPECT_EQ(asked, 4);
  }
}

TEST_F(FetchTest, APageCutOffInItsMiddleIsABadPageLikeAnother) {
  Serve([](const httplib::Request& request, httplib::Response& response) {
    const int page = PageOf(request);
    if (page != 1 && page != 3) return response.set_content(Content(page, R"("total_pages": 4)"), "application/json");
    response.set_content_provider(1'000, "application/json", [](size_t offset, size_t, httplib::DataSink& sink) {
      return offset == 0 && sink.write("{\"contents\":", 12);  // and then it hangs up
    });
  });
  const auto pages = ReadPages(url_);
  ASSERT_TRUE(pages.ok()) << pages.status();
  ASSERT_EQ(pages->size(), 4u);
  for (const int i : {0, 2}) EXPECT_THAT((*pages)[i].problem, HasSubstr("cannot fetch"));
  for (const int i : {1, 3}) EXPECT_TRUE((*pages)[i].usable());
}

TEST_F(FetchTest, EmptyPagesWithoutEndEndTheAskingWhateverTheTotalSays) {
  for (const bool numbered : {true, false}) {
    std::atomic<int> asked = 0;
    Publisher publisher([&](const httplib::Request& request, httplib::Response& response) {
      const int page = PageOf(request);
      asked = page;
      const std::string number = numbered ? Cat(R"("page_number": )", page, ", ") : "";
      const std::string says = Cat(number, R"("last_page": false, "total_pages": 99)");
      response.set_content(page < 4 ? Content(page, says) : Cat(R"({"contents": [], "empty": true, )", says, "}"),
                           "application/json");
    });
    const auto pages = ReadPages(publisher.Url());
    ASSERT_TRUE(pages.ok()) << pages.status();
    EXPECT_EQ(asked, 6);
    EXPECT_TRUE((*pages)[2].usable());
    EXPECT_THAT(pages->back().problem, HasSubstr("is empty"));
    EXPECT_THAT(pages->back().problem, HasSubstr("says that there are more"));
  }
}

TEST_F(FetchTest, ALastPageServedForEveryNumberAfterItIsSaidAndTheRestIsHad) {
  Serve([](const httplib::Request& request, httplib::Response& response) {
    response.set_content(Content(std::min(PageOf(request), 3), R"("last_page": false)"), "application/json");
  });
  const auto pages = ReadPages(url_);
  ASSERT_TRUE(pages.ok()) << pages.status();
  ASSERT_EQ(pages->size(), 4u);
  EXPECT_THAT(pages->back().problem, HasSubstr("the page before again"));
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
