// What the operator sees of a call: one log line, and the figures.
#include "common/log/capture.h"
#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using testing::v1::FailRequest;
using testing::v1::FailResponse;

class ObservedTest : public RuntimeTest {
 protected:
  // The one line about a call of this method.
  std::string LineOf(const std::string& method) {
    std::string found;
    EXPECT_TRUE(Eventually([&] {
      for (const std::string& line : log_.Lines()) {
        if (line.find("rpc.call") != std::string::npos && line.find(method + "\"") != std::string::npos) found = line;
      }
      return !found.empty();
    }));
    return found;
  }
  absl::Status Fail(absl::StatusCode code, const std::string& text, const std::string& reason = "") {
    FailRequest request;
    request.set_code(static_cast<int>(code));
    request.set_text(text);
    request.set_reason(reason);
    return service_->As("lambeth").Call<FailResponse>(request).status();
  }

  log::Capture log_;
};

TEST_F(ObservedTest, ACallLeavesOneLineWithMethodOrganisationCodeLatencyAndTrace) {
  ASSERT_TRUE(
      service_->As("lambeth")
          .Call<EchoResponse>(EchoRequest(), {.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
          .ok());
  const std::string line = LineOf("EchoService.Echo");
  EXPECT_THAT(line, HasSubstr("\"level\":\"info\""));
  EXPECT_THAT(line, HasSubstr("\"method\":\"nwd.testing.v1.EchoService.Echo\""));
  EXPECT_THAT(line, HasSubstr("\"organisation\":\"lambeth\""));
  EXPECT_THAT(line, HasSubstr("\"code\":\"OK\""));
  EXPECT_THAT(line, HasSubstr("\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\""));
  EXPECT_THAT(line, ::testing::ContainsRegex("\"latency_us\":[0-9]+"));
}

TEST_F(ObservedTest, ACallOfAServiceNamesTheService) {
  ASSERT_TRUE(service_->As("service/referral").Call<EchoResponse>(EchoRequest()).ok());
  EXPECT_THAT(LineOf("EchoService.Echo"), HasSubstr("\"service\":\"referral\""));
}

TEST_F(ObservedTest, OurOwnFailuresAreToldToTheOperatorAndNotToTheCaller) {
  for (const absl::StatusCode code : {absl::StatusCode::kInternal, absl::StatusCode::kUnknown,
                                      absl::StatusCode::kDataLoss, absl::StatusCode::kUnavailable}) {
    log::Capture log;
    const absl::Status told = Fail(code, "IO error: /var/lib/nwd/data/000012.sst");
    EXPECT_THAT(std::string(told.message()), Not(HasSubstr("/var/lib"))) << told;
    EXPECT_EQ(told.code(), code == absl::StatusCode::kUnknown ? absl::StatusCode::kInternal : code);
    EXPECT_NE(status::ReasonOf(told), "") << told;
    std::string line;
    ASSERT_TRUE(Eventually([&] {
      for (const std::string& seen : log.Lines()) {
        if (seen.find("ProbeService.Fail") != std::string::npos) line = seen;
      }
      return !line.empty();
    }));
    EXPECT_THAT(line, HasSubstr("/var/lib/nwd/data/000012.sst"));
    EXPECT_THAT(line, HasSubstr("\"code\":\"" + absl::StatusCodeToString(told.code()) + "\"")) << "the code answered";
    EXPECT_THAT(line, HasSubstr(code == absl::StatusCode::kUnavailable ? "\"warning\"" : "\"error\""));
  }
}

TEST_F(ObservedTest, WhatACallerDidWrongIsNotRepeatedInTheLog) {
  EXPECT_THAT(std::string(Fail(absl::StatusCode::kFailedPrecondition, "told to the caller", "WRONG_STATE").message()),
              "told to the caller");
  const std::string line = LineOf("ProbeService.Fail");
  EXPECT_THAT(line, HasSubstr("\"level\":\"info\""));
  EXPECT_THAT(line, Not(HasSubstr("told to the caller")));
}

TEST_F(ObservedTest, CallsAreCountedByTheCodeAnswered) {
  (void)Fail(absl::StatusCode::kNotFound, "nothing");
  (void)Fail(absl::StatusCode::kUnknown, "anything");
  ASSERT_TRUE(service_->As("lambeth").Call<EchoResponse>(EchoRequest()).ok());
  const auto handled = [&](const std::string& method, const std::string& code) {
    return Figure(service_->metrics().Text(), {"grpc_server_handled_total{", "grpc_method=\"" + method + "\"",
                                               "grpc_service=\"nwd.testing.v1.", "grpc_code=\"" + code + "\""});
  };
  EXPECT_TRUE(Eventually([&] { return handled("Echo", "OK") == 1; })) << service_->metrics().Text();
  EXPECT_EQ(handled("Fail", "NotFound"), 1);
  EXPECT_EQ(handled("Fail", "Internal"), 1) << "UNKNOWN is answered as INTERNAL";
  EXPECT_EQ(handled("Fail", "Unknown"), 0);
  EXPECT_EQ(handled("Fail", "OK"), 0);
}

}  // namespace
}  // namespace nwd::rpc
