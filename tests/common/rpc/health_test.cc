// grpc.health.v1, as a probe sees it.
#include "common/rpc/health.h"

#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

class HealthTest : public RuntimeTest {
 protected:
  static HealthCheckRequest About(const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    return request;
  }
  HealthCheckResponse::ServingStatus Check(const std::string& service, const std::string& who = "lambeth") {
    const auto answer = service_->As(who).Call<HealthCheckResponse>(About(service));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->status() : HealthCheckResponse::UNKNOWN;
  }
};

TEST_F(HealthTest, TheServerAndEachOfItsServicesServe) {
  EXPECT_EQ(Check(""), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("nwd.testing.v1.EchoService"), HealthCheckResponse::SERVING);
}

TEST_F(HealthTest, AnyVerifiedCertificateMayAsk) {
  EXPECT_EQ(Check("", "stranger"), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("", "service/outcome"), HealthCheckResponse::SERVING);
}

TEST_F(HealthTest, AnUnknownNameIsNotFoundAndWatchedAsUnknown) {
  EXPECT_EQ(service_->As("lambeth").Call<HealthCheckResponse>(About("no.such.Service")).status().code(),
            absl::StatusCode::kNotFound);
  auto watch = service_->As("lambeth").Watch<HealthCheckResponse>(About("no.such.Service"));
  HealthCheckResponse response;
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  watch.Cancel();
  (void)watch.Finish();
}

TEST_F(HealthTest, WhatIsNotServingSaysSoAndAWatchFollows) {
  auto watch = service_->As("lambeth").Watch<HealthCheckResponse>(About(""));
  HealthCheckResponse response;
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  service_->server().SetServing(false);
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Check(""), HealthCheckResponse::NOT_SERVING);
  service_->server().SetServing(true);
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  watch.Cancel();
  (void)watch.Finish();
}

TEST_F(HealthTest, AWatchIsToldOfADrainBeforeItEnds) {
  auto watch = service_->As("lambeth").Watch<HealthCheckResponse>(About(""));
  HealthCheckResponse response;
  ASSERT_TRUE(watch.Read(response));
  std::thread drain([&] { EXPECT_TRUE(service_->server().Drain(absl::Seconds(30))); });
  EXPECT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch.Read(response));
  const absl::Status ended = watch.Finish();
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnavailable) << ended;
  drain.join();
}

}  // namespace
}  // namespace nwd::rpc
