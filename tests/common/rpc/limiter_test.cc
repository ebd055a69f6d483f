// What is over a limit is shed at once, and says when to come again.
#include "common/rpc/limiter.h"

#include "google/rpc/error_details.pb.h"
#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

using testing::v1::HoldRequest;
using testing::v1::HoldResponse;

access::Caller OrganisationCalled(const std::string& id) {
  access::Organisation organisation;
  organisation.organisation_id = id;
  access::Caller caller;
  caller.kind = access::Caller::Kind::kOrganisation;
  caller.organisation = std::make_shared<const access::Organisation>(organisation);
  return caller;
}

absl::Duration RetryDelay(const absl::Status& status) {
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo retry;
  if (!payload.has_value() || !retry.ParseFromString(std::string(*payload))) return -absl::InfiniteDuration();
  return absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
}

TEST(Limiter, APlaceIsGivenBackWithItsTicket) {
  Limiter limiter({.in_flight_max = 1});
  for (int i = 0; i < 3; ++i) {
    Limiter::Ticket ticket;
    EXPECT_TRUE(limiter.Enter(OrganisationCalled("a"), false, &ticket).ok());
  }
}

TEST(Limiter, OneOrganisationCannotTakeAnothersPlaces) {
  Limiter limiter({.in_flight_max = 10, .in_flight_per_organisation_max = 1});
  Limiter::Ticket first, second, third;
  EXPECT_TRUE(limiter.Enter(OrganisationCalled("a"), false, &first).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(limiter.Enter(OrganisationCalled("a"), false, &second)));
  EXPECT_TRUE(limiter.Enter(OrganisationCalled("b"), false, &third).ok());
}

TEST(Limiter, CallsAndStreamsAreCountedApart) {
  Limiter limiter({.in_flight_max = 1, .streams_max = 1});
  Limiter::Ticket call, stream, another;
  EXPECT_TRUE(limiter.Enter(OrganisationCalled("a"), false, &call).ok());
  EXPECT_TRUE(limiter.Enter(OrganisationCalled("a"), true, &stream).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(limiter.Enter(OrganisationCalled("b"), true, &another)));
}

TEST(Limiter, OurServicesAreCountedUnderTheWholeOnly) {
  Limiter limiter({.in_flight_max = 2, .in_flight_per_organisation_max = 1});
  access::Caller service;
  service.kind = access::Caller::Kind::kService;
  Limiter::Ticket first, second, third;
  EXPECT_TRUE(limiter.Enter(service, false, &first).ok());
  EXPECT_TRUE(limiter.Enter(service, false, &second).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(limiter.Enter(service, false, &third)));
}

class LimitsOverTheWireTest : public RuntimeTest {
 protected:
  LimitsOverTheWireTest()
      : RuntimeTest([](ServerOptions& options) {
          options.limits.in_flight_max = 3;
          options.limits.in_flight_per_organisation_max = 2;
          options.limits.streams_max = 3;
          options.limits.streams_per_organisation_max = 2;
        }) {}
  ~LimitsOverTheWireTest() override {
    probe_.let_go.Notify();
    for (std::thread& caller : callers_) caller.join();
  }
  // A call that stays in flight until the test is over.
  void HoldAs(const std::string& who) {
    const int before = probe_.held;
    Client& client = service_->As(who);
    callers_.emplace_back([&client] { (void)client.Call<HoldResponse>(HoldRequest(), {.timeout = absl::Minutes(1)}); });
    ASSERT_TRUE(Eventually([&] { return probe_.held > before; }));
  }

  std::vector<std::thread> callers_;
};

TEST_F(LimitsOverTheWireTest, AnOrganisationsCallOverItsLimitIsShedAtOnceAndOthersAreServed) {
  HoldAs("lambeth");
  HoldAs("lambeth");
  const absl::Status shed = service_->As("lambeth").Call<EchoResponse>(EchoRequest()).status();
  EXPECT_EQ(shed.code(), absl::StatusCode::kResourceExhausted) << shed;
  EXPECT_EQ(status::ReasonOf(shed), "OVERLOADED");
  EXPECT_EQ(RetryDelay(shed), kShedRetryAfter);
  EXPECT_THAT(std::string(shed.message()), ::testing::HasSubstr("your organisation"));
  EXPECT_TRUE(service_->As("brent").Call<EchoResponse>(EchoRequest()).ok());
}

TEST_F(LimitsOverTheWireTest, ACallOverTheServicesLimitIsShedAtOnce) {
  HoldAs("lambeth");
  HoldAs("lambeth");
  HoldAs("brent");
  const absl::Status shed = service_->As("brent").Call<EchoResponse>(EchoRequest()).status();
  EXPECT_EQ(shed.code(), absl::StatusCode::kResourceExhausted) << shed;
  EXPECT_EQ(RetryDelay(shed), kShedRetryAfter);
  EXPECT_THAT(std::string(shed.message()), ::testing::HasSubstr("the service"));
}

TEST_F(LimitsOverTheWireTest, AStreamOverItsOrganisationsLimitIsShedAndCallsGoOn) {
  auto first = service_->As("lambeth").Watch<CountResponse>(CountRequest());
  auto second = service_->As("lambeth").Watch<CountResponse>(CountRequest());
  CountResponse response;
  ASSERT_TRUE(first.Read(response));
  ASSERT_TRUE(second.Read(response));
  auto third = service_->As("lambeth").Watch<CountResponse>(CountRequest());
  EXPECT_FALSE(third.Read(response));
  const absl::Status shed = third.Finish();
  EXPECT_EQ(shed.code(), absl::StatusCode::kResourceExhausted) << shed;
  EXPECT_EQ(RetryDelay(shed), kShedRetryAfter);
  EXPECT_TRUE(service_->As("lambeth").Call<EchoResponse>(EchoRequest()).ok());
  for (auto* stream : {&first, &second}) {
    stream->Cancel();
    (void)stream->Finish();
  }
}

}  // namespace
}  // namespace nwd::rpc
