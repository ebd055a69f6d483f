#include "common/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <latch>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "common/http/limits.h"
#include "common/log/capture.h"

namespace nwd::http {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class HttpServerTest : public ::testing::Test {
 protected:
  httplib::Client Client() { return httplib::Client("127.0.0.1", server_.port()); }
  void Start() { ASSERT_TRUE(server_.Start().ok()); }

  HttpServer server_{{}};
};

Handler Say(const std::string& text) {
  return [text](const Request& request) {
    return Response{.body = absl::StrCat(text, request.rest, request.Query("q"), request.body)};
  };
}

TEST_F(HttpServerTest, AnExactPathWinsOverPrefixesAndTheLongestPrefixOverTheRest) {
  server_.Handle("/tile/x", Say("exact"));
  server_.HandlePrefix("/tile/", Say("short:"));
  server_.HandlePrefix("/tile/entries/", Say("long:"));
  Start();
  httplib::Client client = Client();
  EXPECT_EQ(client.Get("/tile/x")->body, "exact");
  EXPECT_EQ(client.Get("/tile/0/001.p/3")->body, "short:0/001.p/3");
  EXPECT_EQ(client.Get("/tile/entries/000")->body, "long:000");
  EXPECT_EQ(client.Get("/tiles")->status, 404);
}

TEST_F(HttpServerTest, QueryAndPathArriveDecoded) {
  server_.HandlePrefix("/p/", Say(""));
  Start();
  EXPECT_EQ(Client().Get("/p/a%20b?q=%26c")->body, "a b&c");
}

TEST_F(HttpServerTest, PostReachesOnlyItsOwnRoute) {
  server_.Handle("/read", Say("read"));
  server_.HandlePost("/write", Say("got "));
  Start();
  httplib::Client client = Client();
  EXPECT_EQ(client.Post("/write", "data", "text/plain")->body, "got data");
  EXPECT_EQ(client.Post("/read", "data", "text/plain")->status, 405);
  EXPECT_EQ(client.Get("/write")->status, 405);
  EXPECT_EQ(client.Delete("/read")->status, 405);
  EXPECT_EQ(client.Post("/none", "data", "text/plain")->status, 404);
}

TEST_F(HttpServerTest, StatusHeadersAndTypeAreTheHandlers) {
  server_.Handle("/gone", [](const Request&) {
    return Response{
        .status = 410, .content_type = "application/json", .body = "{}", .headers = {{"Cache-Control", "no-store"}}};
  });
  Start();
  const httplib::Result result = Client().Get("/gone");
  EXPECT_EQ(result->status, 410);
  EXPECT_EQ(result->get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(result->get_header_value("Cache-Control"), "no-store");
}

TEST_F(HttpServerTest, ARangeOfAnAnswerIsGiven) {
  server_.Handle("/ten", Say("0123456789"));
  Start();
  httplib::Client client = Client();
  const httplib::Result some = client.Get("/ten", httplib::Headers{{"Range", "bytes=2-4"}});
  EXPECT_EQ(some->status, 206);
  EXPECT_EQ(some->body, "234");
}

TEST_F(HttpServerTest, APartThatIsNotThereIsNotToBeKept) {
  server_.Handle("/ten", [](const Request&) {
    return Response{.body = "0123456789", .headers = {{"Cache-Control", "immutable"}}};
  });
  Start();
  httplib::Client client = Client();
  EXPECT_EQ(client.Get("/ten", httplib::Headers{{"Range", "bytes=2-4"}})->get_header_value("Cache-Control"),
            "immutable");
  const httplib::Result none = client.Get("/ten", httplib::Headers{{"Range", "bytes=20-40"}});
  EXPECT_EQ(none->status, 416);
  EXPECT_EQ(none->get_header_value("Cache-Control"), "");
}

TEST_F(HttpServerTest, WhatIsTooLargeIsRefused) {
  server_.HandlePost("/write", Say(""));
  server_.HandlePrefix("/", Say(""));
  Start();
  EXPECT_EQ(Client().Get("/" + std::string(kPathBytesMax, 'a'))->status, 414);
  EXPECT_EQ(Client().Post("/write", std::string(kBodyBytesMax + 1, 'a'), "text/plain")->status, 413);
}

TEST_F(HttpServerTest, AHandlerThatThrowsAnswers500AndTheServerGoesOn) {
  log::Capture capture;
  server_.Handle("/bad", [](const Request&) -> Response { throw std::runtime_error("inside"); });
  server_.Handle("/good", Say("fine"));
  Start();
  const httplib::Result bad = Client().Get("/bad");
  EXPECT_EQ(bad->status, 500);
  EXPECT_EQ(bad->body, "internal error\n");
  EXPECT_EQ(Client().Get("/good")->body, "fine");
  EXPECT_THAT(capture.Lines(), Contains(HasSubstr("http.handler_threw")));
}

TEST_F(HttpServerTest, AnIdleConnectionHoldsNoThread) {
  server_.Handle("/x", Say("x"));
  Start();
  std::vector<std::unique_ptr<httplib::Client>> idle;
  for (int i = 0; i < 3 * kThreads; ++i) {
    idle.push_back(std::make_unique<httplib::Client>("127.0.0.1", server_.port()));
    idle.back()->set_keep_alive(true);
    EXPECT_EQ(idle.back()->Get("/x")->body, "x");
  }
}

TEST_F(HttpServerTest, APortInUseIsOneSentence) {
  Start();
  HttpServer second({.address = "127.0.0.1", .port = server_.port()});
  const absl::Status status = second.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("127.0.0.1:", server_.port(), ": Address already in use")));
}

TEST_F(HttpServerTest, AnAddressThatIsNotOursIsOneSentence) {
  HttpServer elsewhere({.address = "192.0.2.1", .port = 9102});
  EXPECT_EQ(elsewhere.Start().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(HttpServerTest, StopFinishesWhatIsBeingAnswered) {
  std::latch entered(1), go_on(1);
  server_.Handle("/slow", [&](const Request&) {
    entered.count_down();
    go_on.wait();
    return Response{.body = "done"};
  });
  Start();
  std::string body;
  std::thread reader([&] { body = Client().Get("/slow")->body; });
  entered.wait();
  std::thread stopper([&] { server_.Stop(); });
  go_on.count_down();
  stopper.join();
  reader.join();
  EXPECT_EQ(body, "done");
  EXPECT_FALSE(Client().Get("/slow"));
  server_.Stop();
}

}  // namespace
}  // namespace nwd::http
