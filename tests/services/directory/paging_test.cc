// Searching by RPC while the catalogue changes under the walk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/services/directory/hub.h"
#include "tests/services/directory/synthetic_catalogue.h"

namespace nwd::directory {
namespace {

std::string Entry(int n, const std::string& name, double latitude) {
  return absl::StrFormat(
      R"({"id": "%s", "name": "%s", "service_at_locations": [{"location": {"name": "x", "latitude": %f,
                             "longitude": -0.1}}]})",
      SyntheticCatalogue::Id(n), name, latitude);
}

// Services from `first` to `last`, each some metres further north.
std::string Page(int first, int last) {
  std::string contents;
  for (int n = first; n < last; ++n) contents += (n == first ? "" : ",") + Entry(n, "course", 51.5 + n * 0.0001);
  return R"({"contents": [)" + contents + "]}";
}

TEST(Paging, NothingThatStayedIsRepeatedOrSkippedWhileWritesGoOn) {
  for (const bool near : {false, true}) {
    Hub hub;
    hub.Import("old", Page(0, 120));
    v1::SearchServicesRequest request;
    request.set_text("course");
    request.set_page_size(25);
    if (near) {
      request.mutable_near_point()->set_latitude(51.5);
      request.mutable_near_point()->set_longitude(-0.1);
      request.set_within_metres(20'000);
    }
    std::multiset<std::string> seen;
    for (int page = 0;; ++page) {
      const auto found = hub.As<v1::SearchServicesResponse>("north", request);
      // Agencies alone search, besides admins: "north" is one.
      ASSERT_TRUE(found.ok()) << found.status();
      for (const auto& result : found->results()) seen.insert(result.service().service_id());
      if (found->next_page_token().empty()) break;
      hub.Import(absl::StrCat("new-", page), Page(1'000 + page * 40, 1'040 + page * 40));
      request.set_page_token(found->next_page_token());
    }
    for (int n = 0; n < 120; ++n) EXPECT_EQ(seen.count(SyntheticCatalogue::Id(n)), 1u) << n;
    for (const std::string& id : seen) EXPECT_EQ(seen.count(id), 1u) << id;
  }
}

TEST(Paging, ATokenServesOnlyItsOwnQueryAndCaller) {
  Hub hub;
  hub.AddAgency("lambeth");
  hub.Import("feed", Page(0, 30));
  v1::SearchServicesRequest request;
  request.set_text("course");
  request.set_page_size(10);
  const std::string token = hub.As<v1::SearchServicesResponse>("north", request)->next_page_token();
  request.set_page_token(token);
  EXPECT_TRUE(hub.As<v1::SearchServicesResponse>("north", request).ok());
  EXPECT_EQ(hub.As<v1::SearchServicesResponse>("lambeth", request).status().code(), absl::StatusCode::kInvalidArgument);
  request.set_text("cours");
  EXPECT_EQ(hub.As<v1::SearchServicesResponse>("north", request).status().code(), absl::StatusCode::kInvalidArgument);
}

// A token of this list serves neither another caller nor another query, and none can be made up.
template <class Response, class Request>
void ExpectTokensAreBound(Hub& hub, Request request, const Request& other) {
  request.set_page_size(1);
  const auto page = hub.As<Response>("north", request);
  ASSERT_TRUE(page.ok()) << page.status();
  const std::string token = page->next_page_token();
  ASSERT_FALSE(token.empty());
  request.set_page_token(token);
  EXPECT_TRUE(hub.As<Response>("north", request).ok());
  EXPECT_EQ(CodeAndReason(hub.As<Response>("south", request)), "INVALID_ARGUMENT INVALID_TOKEN") << "another caller";
  request = other;
  request.set_page_token(token);
  EXPECT_EQ(CodeAndReason(hub.As<Response>("north", request)), "INVALID_ARGUMENT INVALID_TOKEN") << "another query";
  request.set_page_token(std::string(token.size(), 'A'));
  EXPECT_EQ(CodeAndReason(hub.As<Response>("north", request)), "INVALID_ARGUMENT INVALID_TOKEN") << "made up";
}

TEST(Paging, TokensOfFeedsAndProvidersAreBound) {
  Hub hub;
  hub.Import("first", R"({"contents": [{"id": "1", "name": "A", "organization": {"id": "o1", "name": "One"}},
                                       {"id": "2", "name": "B", "organization": {"id": "o2", "name": "Two"}}]})");
  v1::ListProvidersRequest providers;
  providers.set_feed_id(hub.feed_id);
  hub.Import("second", Page(0, 1));
  v1::ListProvidersRequest others;
  others.set_feed_id(hub.feed_id);
  ExpectTokensAreBound<v1::ListProvidersResponse>(hub, providers, others);

  v1::ListFeedsRequest feeds;
  feeds.set_page_size(1);
  const std::string token = hub.As<v1::ListFeedsResponse>("north", feeds)->next_page_token();
  ASSERT_FALSE(token.empty());
  for (const std::string& forged : {token, std::string(token.size(), 'A')}) {
    feeds.set_page_token(forged);
    EXPECT_EQ(CodeAndReason(hub.As<v1::ListFeedsResponse>("south", feeds)), "INVALID_ARGUMENT INVALID_TOKEN");
  }
}

TEST(Searching, NearestFirstWithDistances) {
  Hub hub;
  hub.Import("feed", Page(0, 30));
  v1::SearchServicesRequest request;
  request.mutable_near_point()->set_latitude(51.5);
  request.mutable_near_point()->set_longitude(-0.1);
  request.set_within_metres(100);
  const auto found = hub.As<v1::SearchServicesResponse>("north", request);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->total_size(), 9);  // 11.1 m apart
  EXPECT_EQ(found->results(0).distance_metres(), 0);
  EXPECT_EQ(found->results(8).distance_metres(), 89);
}

TEST(Searching, ConditionsThatMakeNoSenseAreAllNamed) {
  Hub hub;
  v1::SearchServicesRequest request;
  request.set_text("?!");
  request.set_within_metres(500);
  const auto found = hub.As<v1::SearchServicesResponse>("north", request);
  EXPECT_EQ(found.status().code(), absl::StatusCode::kInvalidArgument);
  request.Clear();
  request.set_near_postcode("ZZ1 1ZZ");
  EXPECT_EQ(hub.As<v1::SearchServicesResponse>("north", request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Searching, GoesOnWhileImportsChangeTheCatalogue) {
  Hub hub;
  hub.Import("feed", Page(0, 200));
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      v1::SearchServicesRequest request;
      request.set_text("course");
      while (!stop) {
        const auto found = hub.As<v1::SearchServicesResponse>("north", request);
        ASSERT_TRUE(found.ok()) << found.status();
        ASSERT_EQ(found->total_size() % 200, 0) << "an import is seen whole or not at all";
      }
    });
  }
  for (int i = 0; i < 5; ++i) hub.Import(absl::StrCat("other-", i), Page(1'000 + 200 * i, 1'200 + 200 * i));
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace nwd::directory
