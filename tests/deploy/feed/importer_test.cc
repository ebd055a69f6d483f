// Whole imports into a directory service over mutual TLS.
#include "deploy/feed/importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/async/worker_pool.h"
#include "tests/services/directory/hub.h"
#include "tests/testing/test_hub.h"

namespace nwd::feed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kA[] = "aaaaaaaa-0000-4000-8000-000000000001";
constexpr char kB[] = "bbbbbbbb-0000-4000-8000-000000000002";

Page PageWith(const std::string& name, const std::string& id) {
  return {.name = name, .content = Cat(R"({"contents": [{"id": ")", id, R"(", "name": "Service"}]})")};
}

class ImporterTest : public ::testing::Test {
 protected:
  ImporterTest() : certificates_({"north", "south"}, {"directory"}) {
    hub_.app.Register(router_);
    service_ = certificates_.Serve("directory", router_, hub_.registry);
  }
  absl::StatusOr<Imported> Run(const std::vector<Page>& pages, bool take_over = false,
                               const std::string& who = "north") {
    return Import(service_->As(who), {.slug = "feed", .source = {}, .take_over = take_over}, pages, [](int) {});
  }

  // An import that whoever began it does not go on with.
  std::string LeaveOpen(const std::string& who) {
    directory::v1::BeginImportRequest request;
    request.set_feed_slug("feed");
    const auto begun = service_->As(who).Call<directory::v1::BeginImportResponse>(request);
    EXPECT_TRUE(begun.ok()) << begun.status();
    return begun.ok() ? begun->import_id() : "";
  }

  testing::TestHub certificates_;
  directory::Hub hub_;
  rpc::Router router_;
  std::unique_ptr<testing::TestService> service_;
};

TEST_F(ImporterTest, BesideABadPageTheRestIsTakenAndThePageListed) {
  const auto imported =
      Run({PageWith("1.json", kA),
           {.name = "2.json", .content = {}, .problem = "it is too large"},
           {.name = "3.json", .content = "<html>504</html>"},
           {.name = "4.json", .content = Cat(R"({"contents": [{"id": "no-name"}, {"id": ")", kB, R"(", "name": "B",
                                                 "minimum_age": -1}]})")}});
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->done.created(), 2);
  EXPECT_TRUE(hub_.GetService(kA).ok());
  EXPECT_TRUE(hub_.GetService(kB).ok());
  EXPECT_EQ(imported->problem_count, 4);
  std::vector<std::string> listed;
  for (const auto& problem : imported->problems) {
    listed.push_back(Cat(problem.page(), " ", problem.index(), " ", problem.field(), problem.left_out() ? " out" : ""));
  }
  EXPECT_THAT(listed, ElementsAre("2.json -1  out", "3.json -1  out", "4.json 0 name out", "4.json 1 minimum_age"));
}

TEST_F(ImporterTest, ProblemsComeByPageWheneverTheyAreFound) {
  const auto imported = Run({PageWith("b.json", kA),
                             PageWith("a.json", kA),
                             {.name = "c.json", .content = {}, .problem = "it is too large"}});
  ASSERT_TRUE(imported.ok()) << imported.status();
  std::vector<std::string> pages;
  for (const auto& problem : imported->problems) pages.push_back(problem.page());
  EXPECT_THAT(pages, ElementsAre("b.json", "c.json")) << "what came twice is found last of all";
}

TEST_F(ImporterTest, AServiceThatComesTwiceIsListedWhereItComesAgain) {
  const auto imported = Run({PageWith("1.json", kA), PageWith("2.json", kA)});
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->done.created(), 1);
  EXPECT_EQ(imported->problem_count, 1);
  ASSERT_EQ(imported->problems.size(), 1u);
  EXPECT_EQ(Place(imported->problems[0]), "2.json [0] id");
}

TEST_F(ImporterTest, WhereNothingCanBeTakenTheFirstReasonIsSaidAndNothingIsCommitted) {
  const auto unreadable = Run({{.name = "1.json", .content = "<html>"}, {.name = "2.json", .content = "<html>"}});
  ASSERT_TRUE(unreadable.ok()) << unreadable.status();
  EXPECT_TRUE(absl::IsInvalidArgument(CheckAnythingTaken(*unreadable)));
  const std::string sentence(CheckAnythingTaken(*unreadable).message());
  EXPECT_THAT(sentence, HasSubstr("could be imported: 1.json: the page is not JSON"));
  EXPECT_THAT(sentence, HasSubstr("mend it"));
  EXPECT_THAT(sentence, HasSubstr("1 problem more"));

  const auto no_service_left = Run({{.name = "1.json", .content = R"({"contents": [{"name": "No id"}]})"}});
  EXPECT_THAT(std::string(CheckAnythingTaken(*no_service_left).message()), HasSubstr("1.json [0] id: must be there"));

  directory::v1::ListFeedsRequest list;
  const auto feeds = service_->As("north").Call<directory::v1::ListFeedsResponse>(list);
  ASSERT_TRUE(feeds.ok()) << feeds.status();
  ASSERT_EQ(feeds->feeds_size(), 1);
  EXPECT_FALSE(feeds->feeds(0).has_import_time()) << "nothing has been committed";
  EXPECT_TRUE(Run({PageWith("1.json", kA)}).ok()) << "and nothing is left open";
}

TEST_F(ImporterTest, AFeedWithoutServicesIsNoFault) {
  const auto imported = Run({{.name = "1.json", .content = R"({"contents": []})"}});
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_TRUE(CheckAnythingTaken(*imported).ok());
}

TEST_F(ImporterTest, WhatMayBeOnABadPageDoesNotCountAsMissing) {
  ASSERT_TRUE(Run({PageWith("1.json", kA), PageWith("2.json", kB)}).ok());
  const auto again = Run({PageWith("1.json", kA), {.name = "2.json", .content = {}, .problem = "it is too large"}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->done.missing(), 0);
  EXPECT_EQ(Run({PageWith("1.json", kA)})->done.missing(), 1);
}

TEST_F(ImporterTest, AnImportLeftOpenIsSaidAndCanBeTakenOver) {
  const std::string left_open = LeaveOpen("north");
  const auto refused = Run({PageWith("1.json", kA)});
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  EXPECT_EQ(ImportInTheWay(refused.status()), left_open);
  const auto taken = Run({PageWith("1.json", kA)}, /*take_over=*/true);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->done.created(), 1);
}

TEST_F(ImporterTest, AnotherOrganisationsImportIsNotTakenOver) {
  const std::string left_open = LeaveOpen("north");
  const auto refused = Run({PageWith("1.json", kA)}, /*take_over=*/true, "south");
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("another organisation"));
  EXPECT_EQ(ImportInTheWay(refused.status()), "");
  EXPECT_TRUE(hub_.Commit(left_open, true).ok()) << "it goes on undisturbed";
}

// A directory whose first answer of each kind is lost: what was asked has been done, and the caller is told to try
// again.
class LostAnswers {
 public:
  LostAnswers(testing::TestHub& certificates, directory::Hub& hub) : hub_(hub) {
    using namespace directory::v1;
    router_.Unary(this, &LostAnswers::Answer<BeginImportRequest, BeginImportResponse>);
    router_.Unary(this, &LostAnswers::Answer<PutImportPageRequest, PutImportPageResponse>);
    router_.Unary(this, &LostAnswers::Answer<CommitImportRequest, CommitImportResponse>);
    router_.Unary(this, &LostAnswers::Answer<AbortImportRequest, AbortImportResponse>);
    router_.Unary(this, &LostAnswers::Answer<ListFeedsRequest, ListFeedsResponse>);
    router_.Unary(this, &LostAnswers::Answer<ListProvidersRequest, ListProvidersResponse>);
    router_.Unary(this, &LostAnswers::Answer<LinkProviderRequest, LinkProviderResponse>);
    service_ = certificates.Serve("directory", router_, hub.registry);
  }
  rpc::Client& As(const std::string& who) { return service_->As(who); }

 private:
  template <class Request, class Response>
  async::Task<absl::StatusOr<Response>> Answer(rpc::Call& call, const Request& request) {
    call.ProveTie(common::v1::TIE_IMPORTER);
    auto ask = [&] { return hub_.As<Response>("north", request); };
    const absl::StatusOr<Response> answer = co_await pool_.Run(ask);  // it waits, which a queue's thread may not
    if (lost_.insert(Request::descriptor()->full_name()).second) {
      co_return status::Error(absl::StatusCode::kUnavailable, "LOST", "try again");
    }
    co_return answer;
  }

  directory::Hub& hub_;
  async::WorkerPool pool_{/*threads=*/1, /*waiting_max=*/1};
  std::set<std::string> lost_;
  rpc::Router router_;
  std::unique_ptr<testing::TestService> service_;
};

TEST_F(ImporterTest, ALostAnswerIsAskedForAgainWithoutASecondImport) {
  LostAnswers directory(certificates_, hub_);
  const auto imported =
      Import(directory.As("north"), {.slug = "feed", .source = {}}, {PageWith("1.json", kA)}, [](int) {});
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(imported->done.created(), 1) << "the answer of the one commit";
}

}  // namespace
}  // namespace nwd::feed
