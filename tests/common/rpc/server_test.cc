// The runtime over real mutual TLS: what the chain lets through, and what it says when it does not.
#include "common/rpc/server.h"

#include "common/rpc/client_runtime.h"
#include "common/rpc/limits.h"
#include "common/tls/certificate_store.h"
#include "common/tls/identity.h"
#include "tests/common/rpc/echo.h"

namespace nwd::rpc {
namespace {

using ::testing::HasSubstr;

using ServerTest = RuntimeTest;

TEST_F(ServerTest, AnOrganisationWithTheRoleIsAnswered) {
  EchoRequest request;
  request.set_payload("hello");
  const auto answer = service_->As("lambeth").Call<EchoResponse>(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->payload(), "hello");
}

TEST_F(ServerTest, ACertificateOfNoOrganisationIsUnauthenticated) {
  const auto answer = service_->As("stranger").Call<EchoResponse>(EchoRequest());
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnauthenticated) << answer.status();
  EXPECT_EQ(status::ReasonOf(answer.status()), "UNKNOWN_IDENTITY");
}

TEST_F(ServerTest, ASuspendedOrganisationIsRefusedFromItsNextCallOn) {
  ASSERT_TRUE(service_->As("lambeth").Call<EchoResponse>(EchoRequest()).ok());
  Change([](auto& organisation) { organisation.state = common::v1::ORGANISATION_STATE_SUSPENDED; });
  EXPECT_EQ(service_->As("lambeth").Call<EchoResponse>(EchoRequest()).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(ServerTest, ARevokedCertificateIsRefusedOnTheConnectionItHas) {
  const std::string folder = hub_.Issue(pki::ForOrganisation(
      testing::kTrustDomain, "lambeth", absl::Now() - absl::Hours(1), absl::Now() + absl::Hours(1)));
  const auto client = service_->WithFolder(folder);
  ASSERT_TRUE(client->Call<EchoResponse>(EchoRequest()).ok());
  auto files = tls::CertificateStore::Open({.folder = folder, .trust_domain = testing::kTrustDomain});
  ASSERT_TRUE(files.ok());
  Change([&](auto& organisation) { organisation.revoked_serials = {(*files)->facts().serial}; });
  const auto refused = client->Call<EchoResponse>(EchoRequest());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(status::ReasonOf(refused.status()), "CERTIFICATE_REVOKED");
  EXPECT_TRUE(service_->As("lambeth").Call<EchoResponse>(EchoRequest()).ok()) << "its other certificate is good";
}

TEST_F(ServerTest, ServicesMayCallWhatNamesThemAndNothingElse) {
  EXPECT_TRUE(service_->As("service/referral").Call<EchoResponse>(EchoRequest()).ok());
  EXPECT_EQ(service_->As("service/outcome").Call<EchoResponse>(EchoRequest()).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(service_->As("service/referral").Call<SlowEchoResponse>(SlowEchoRequest()).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(ServerTest, AHandlerThatDidNotEstablishItsTieDoesNotAnswer) {
  TiedEchoRequest request;
  const CallOptions options{.practitioner = "adviser-1"};
  EXPECT_EQ(service_->As("lambeth").Call<TiedEchoResponse>(request, options).status().code(),
            absl::StatusCode::kInternal);
  request.set_prove(true);
  EXPECT_TRUE(service_->As("lambeth").Call<TiedEchoResponse>(request, options).ok());
}

TEST_F(ServerTest, ACallAboutAPersonNamesThePractitioner) {
  TiedEchoRequest request;
  request.set_prove(true);
  for (const char* practitioner :
       {"", "with space", "way-too-long-way-too-long-way-too-long-way-too-long-way-too-long-x"}) {
    EXPECT_EQ(service_->As("lambeth").Call<TiedEchoResponse>(request, {.practitioner = practitioner}).status().code(),
              absl::StatusCode::kInvalidArgument)
        << practitioner;
  }
}

TEST_F(ServerTest, AllViolationsComeAtOnce) {
  EchoRequest request;
  request.set_slug("Not A Slug");
  request.set_day("2999-01-01");
  request.set_number(11);
  request.add_ids("nonsense");
  const auto answer = service_->As("lambeth").Call<EchoResponse>(request);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("and 3 more"));
}

TEST_F(ServerTest, AMessageOverTheLimitIsRefused) {
  EchoRequest request;
  request.set_payload(std::string(kMessageBytesMax + 1, 'x'));
  EXPECT_EQ(service_->As("lambeth").Call<EchoResponse>(request).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(ServerTest, ADeadlineEndsTheWait) {
  SlowEchoRequest request;
  request.set_wait_ms(1000);
  const auto answer = service_->As("lambeth").Call<SlowEchoResponse>(request, {.timeout = absl::Milliseconds(100)});
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(ServerTest, AStreamEndsWhenItsOrganisationIsSuspended) {
  auto stream = service_->As("lambeth").Watch<CountResponse>(CountRequest());
  CountResponse response;
  ASSERT_TRUE(stream.Read(response));
  Change([](auto& organisation) { organisation.state = common::v1::ORGANISATION_STATE_SUSPENDED; });
  while (stream.Read(response)) {
  }
  EXPECT_EQ(stream.Finish().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(ServerTest, DrainFinishesCallsInFlightAndEndsStreams) {
  Client& lambeth = service_->As("lambeth");
  std::thread caller([&] {
    SlowEchoRequest request;
    request.set_wait_ms(300);
    EXPECT_TRUE(lambeth.Call<SlowEchoResponse>(request).ok());
  });
  while (echo_.slow_calls.load() == 0) std::this_thread::yield();
  auto stream = lambeth.Watch<CountResponse>(CountRequest());
  CountResponse first;
  ASSERT_TRUE(stream.Read(first));
  service_->server().Drain(absl::Seconds(10));
  caller.join();
  CountResponse response;
  while (stream.Read(response)) {
  }
  EXPECT_FALSE(stream.Finish().ok());
}

TEST_F(ServerTest, ASecondServerOnTheSamePortFailsToStartAndSaysSo) {
  Router router;
  EchoService echo;
  echo.Register(router);
  ServerOptions options;
  metrics::Registry metrics;
  options.service = "echo";
  options.address = absl::StrCat("127.0.0.1:", service_->port());
  options.trust_domain = testing::kTrustDomain;
  options.credentials = testing::TestHub::CredentialsIn(hub_.FolderOf("service/echo"));
  options.registry = &registry_;
  options.metrics = &metrics;
  const auto second = Server::Start(options, router);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another program holds that port"));
}

TEST_F(ServerTest, CallsAreCountedUnderTheCommonNames) {
  ASSERT_TRUE(service_->As("lambeth").Call<EchoResponse>(EchoRequest()).ok());
  EXPECT_THAT(service_->metrics().Text(), HasSubstr("grpc_server_started_total{"));
}

TEST_F(ServerTest, OutboundCallsAreAwaitedOnTheRuntime) {
  EchoRequest request;
  request.set_payload("from a coroutine");
  Client& client = service_->As("lambeth");
  std::string answered;
  {
    ClientRuntime runtime(1);
    runtime.Start([&]() -> async::Task<void> {
      const auto answer = co_await client.Await<EchoResponse>(request);
      answered = answer.ok() ? answer->payload() : std::string(answer.status().message());
    });
  }
  EXPECT_EQ(answered, "from a coroutine");
}

TEST(RouterTest, AServiceWithAMissingHandlerDoesNotStart) {
  EchoService echo;
  Router router;
  router.Unary(&echo, &EchoService::Echo);
  EXPECT_THAT(std::string(router.Check().message()), HasSubstr("TiedEcho has no handler"));
}

}  // namespace
}  // namespace nwd::rpc
