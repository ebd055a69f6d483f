// What goes along with a call: deadline, practitioner, trace, request id; and how long it is trusted.
#include "common/rpc/call.h"

#include "common/ids/uuid.h"
#include "common/log/capture.h"
#include "common/rpc/client_runtime.h"
#include "common/tls/certificate_store.h"
#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::v1::ChangeRequest;
using testing::v1::ChangeResponse;
using testing::v1::GetFactsRequest;
using testing::v1::GetFactsResponse;
using testing::v1::RelayFactsRequest;
using testing::v1::RelayFactsResponse;
using testing::v1::TiedStreamRequest;
using testing::v1::TiedStreamResponse;

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kTraceparent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

class CallTest : public RuntimeTest {
 protected:
  GetFactsResponse Facts(CallOptions options) {
    options.practitioner = "adviser-1";
    const auto facts = service_->As("lambeth").Call<GetFactsResponse>(GetFactsRequest(), options);
    EXPECT_TRUE(facts.ok()) << facts.status();
    return facts.ok() ? *facts : GetFactsResponse();
  }
};

TEST_F(CallTest, ACallWithoutADeadlineGetsTenSeconds) {
  const int64_t deadline_ms = Facts({.timeout = absl::InfiniteDuration()}).deadline_ms();
  EXPECT_LE(deadline_ms, 10'000);
  EXPECT_GT(deadline_ms, 5'000);
}

TEST_F(CallTest, ACallersOwnDeadlineIsHonoured) {
  const int64_t deadline_ms = Facts({.timeout = absl::Seconds(100)}).deadline_ms();
  EXPECT_LE(deadline_ms, 100'000);
  EXPECT_GT(deadline_ms, 50'000);
}

TEST_F(CallTest, ATraceThatComesWithTheCallIsTakenAndAnyOtherReplacedByANewOne) {
  EXPECT_EQ(Facts({.traceparent = kTraceparent}).trace_id(), kTraceId);
  const std::string made = Facts({}).trace_id();
  EXPECT_EQ(made.size(), 32u);
  EXPECT_NE(made, Facts({}).trace_id());
  EXPECT_NE(Facts({.traceparent = "00-00000000000000000000000000000000-00f067aa0ba902b7-01"}).trace_id(),
            "00000000000000000000000000000000");
}

TEST_F(CallTest, DeadlinePractitionerAndTraceGoAlongOverAHop) {
  ProbeService far_probe;
  Router far_router;
  far_probe.Register(far_router);
  const auto far = hub_.Serve("referral", far_router, registry_);
  probe_.next = &far->As("service/echo");
  const auto relayed = service_->As("lambeth").Call<RelayFactsResponse>(
      RelayFactsRequest(), {.timeout = absl::Seconds(5), .practitioner = "adviser-1", .traceparent = kTraceparent});
  ASSERT_TRUE(relayed.ok()) << relayed.status();
  EXPECT_EQ(relayed->here().trace_id(), kTraceId);
  EXPECT_EQ(relayed->there().trace_id(), kTraceId);
  EXPECT_EQ(relayed->there().practitioner(), "adviser-1");
  EXPECT_LE(relayed->there().deadline_ms(), 5'000);
  EXPECT_GT(relayed->there().deadline_ms(), 0);
}

TEST_F(CallTest, AServiceWhoseOwnCertificateIsRefusedAnswersUnavailableAndSaysWhyInTheLogOnce) {
  ProbeService far_probe;
  Router far_router;
  far_probe.Register(far_router);
  access::Registry far_registry;
  const auto far = hub_.Serve("referral", far_router, far_registry);
  probe_.next = &far->As("service/echo");
  Client& agency = service_->As("lambeth");
  const CallOptions options{.practitioner = "adviser-1"};
  const auto relay = [&] { return agency.Call<RelayFactsResponse>(RelayFactsRequest(), options).status(); };
  ASSERT_TRUE(relay().ok());

  const auto files =
      tls::CertificateStore::Open({.folder = hub_.FolderOf("service/echo"), .trust_domain = testing::kTrustDomain});
  ASSERT_TRUE(files.ok()) << files.status();
  const std::string serial = (*files)->facts().serial;
  log::Capture log;
  far_registry.SetRevoked({serial});
  for (int call = 0; call < 2; ++call) {
    const absl::Status told = relay();
    EXPECT_EQ(told.code(), absl::StatusCode::kUnavailable) << told;
    EXPECT_EQ(status::ReasonOf(told), "UNAVAILABLE");
    EXPECT_THAT(told.ToString(), Not(HasSubstr(serial)));
  }
  const absl::Status direct = probe_.next->Call<GetFactsResponse>(GetFactsRequest(), options).status();
  EXPECT_EQ(status::ReasonOf(direct), "CERTIFICATE_REVOKED")
      << "whoever holds it and is no service is told: " << direct;
  log::Flush();
  const std::vector<std::string> lines = log.Lines();
  const auto own = [&](const std::string& line) { return line.find("own_certificate_refused") != std::string::npos; };
  ASSERT_EQ(std::count_if(lines.begin(), lines.end(), own), 1);
  const std::string line = *std::find_if(lines.begin(), lines.end(), own);
  EXPECT_THAT(line, HasSubstr("\"warning\""));
  EXPECT_THAT(line, HasSubstr("ProbeService/GetFacts"));
  EXPECT_THAT(line, HasSubstr(serial));

  far_registry.SetRevoked({});
  EXPECT_TRUE(relay().ok());
}

TEST_F(CallTest, AMutationWithoutARequestIdIsSentWithOneAndRepeatedWithTheSame) {
  ChangeRequest request;
  request.set_failures(1);
  const auto changed = service_->As("lambeth").Call<ChangeResponse>(request);
  ASSERT_TRUE(changed.ok()) << changed.status();
  ASSERT_EQ(changed->request_ids_size(), 2) << "one try failed, one did not";
  EXPECT_EQ(changed->request_ids(0), changed->request_ids(1));
  EXPECT_TRUE(ids::Uuid::Parse(changed->request_ids(0)).has_value()) << changed->request_ids(0);
  EXPECT_EQ(request.request_id(), "") << "the caller's own message stays as it is";
}

TEST_F(CallTest, ARequestIdOfTheCallersOwnIsKept) {
  ChangeRequest request;
  request.set_request_id("3f0c2c1e-8a4b-4c2d-9d57-0d1f2b3c4d5e");
  const auto changed = service_->As("lambeth").Call<ChangeResponse>(request);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_THAT(changed->request_ids(), ::testing::ElementsAre(request.request_id()));
}

TEST_F(CallTest, AnAwaitedMutationIsSentWithARequestIdToo) {
  const ChangeRequest request;
  Client& client = service_->As("lambeth");
  {
    ClientRuntime runtime(1);
    runtime.Start([&]() -> async::Task<void> { (void)co_await client.Await<ChangeResponse>(request); });
  }
  ASSERT_EQ(probe_.request_ids.size(), 1u);
  EXPECT_TRUE(ids::Uuid::Parse(probe_.request_ids[0]).has_value()) << probe_.request_ids[0];
}

TEST_F(CallTest, AStreamEndsWhenItsIdentityIsTakenFromItsOrganisation) {
  auto stream = service_->As("lambeth").Watch<CountResponse>(CountRequest());
  CountResponse response;
  ASSERT_TRUE(stream.Read(response));
  Change([](auto& organisation) { organisation.identities = {"spiffe://hub.test/org/lambeth-new"}; });
  while (stream.Read(response)) {
  }
  const absl::Status ended = stream.Finish();
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnauthenticated) << ended;
  EXPECT_EQ(status::ReasonOf(ended), "UNKNOWN_IDENTITY");
}

TEST_F(CallTest, AStreamEndsWhenItsIdentityGoesToAnotherOrganisation) {
  auto stream = service_->As("lambeth").Watch<CountResponse>(CountRequest());
  CountResponse response;
  ASSERT_TRUE(stream.Read(response));
  access::Organisation brent = testing::TestHub::Agency("brent");
  brent.identities.push_back(testing::TestHub::Agency("lambeth").identities[0]);
  registry_.Set(brent);
  while (stream.Read(response)) {
  }
  EXPECT_EQ(stream.Finish().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(CallTest, AStreamShowsNothingBeforeItsTieIsProved) {
  for (const bool write : {true, false}) {
    for (const bool prove : {true, false}) {
      TiedStreamRequest request;
      request.set_write(write);
      request.set_prove(prove);
      auto stream = service_->As("lambeth").Watch<TiedStreamResponse>(request);
      TiedStreamResponse response;
      EXPECT_EQ(stream.Read(response), write && prove);
      while (stream.Read(response)) {
      }
      EXPECT_EQ(stream.Finish().code(), prove ? absl::StatusCode::kOk : absl::StatusCode::kInternal);
    }
  }
}

TEST_F(CallTest, AServerWithAMethodThatDeclaresNoAccessDoesNotStart) {
  struct RuleLess {
    async::Task<absl::StatusOr<testing::v1::BareResponse>> Bare(Call&, const testing::v1::BareRequest&) {
      co_return testing::v1::BareResponse();
    }
  } rule_less;
  Router router;
  router.Unary(&rule_less, &RuleLess::Bare);
  metrics::Registry metrics;
  ServerOptions options;
  options.service = "bare";
  options.address = "127.0.0.1:0";
  options.trust_domain = testing::kTrustDomain;
  options.credentials = testing::TestHub::CredentialsIn(hub_.FolderOf("service/echo"));
  options.registry = &registry_;
  options.metrics = &metrics;
  const auto server = Server::Start(options, router);
  ASSERT_FALSE(server.ok());
  EXPECT_THAT(std::string(server.status().message()), HasSubstr("RuleLessService.Bare declares no access rule"));
}

}  // namespace
}  // namespace nwd::rpc
