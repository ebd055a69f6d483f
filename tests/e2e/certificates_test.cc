// Every service with certificates that are none, unknown, expired, revoked or another authority's; and TLS 1.2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "deploy/hub/folder.h"
#include "deploy/pki/hub.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/outcome/v1/insight_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/raw_peer.h"
#include "tests/e2e/reflection.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

using ::testing::HasSubstr;

// A call that every agency is answered, at each service.
absl::Status Ask(rpc::Client& client, const std::string& service) {
  const rpc::CallOptions options{.timeout = absl::Seconds(5), .practitioner = kPractitioner};
  if (service == "directory") {
    directory::v1::GetOrganisationRequest request;
    request.set_slug(kReferrer);
    return client.Call<directory::v1::GetOrganisationResponse>(request, options).status();
  }
  if (service == "consent") {
    return client.Call<consent::v1::ListNoticesResponse>(consent::v1::ListNoticesRequest(), options).status();
  }
  if (service == "referral") {
    return client.Call<referral::v1::ListReferralsResponse>(referral::v1::ListReferralsRequest(), options).status();
  }
  return client.Call<outcome::v1::ListIndicatorsResponse>(outcome::v1::ListIndicatorsRequest(), options).status();
}

TEST(Certificates, NoneUnknownExpiredAndAnotherAuthoritysAreRefusedByEveryService) {
  World& world = World::Get();
  const absl::Time now = absl::Now();
  const auto day = absl::Hours(24);
  const std::string& domain = world.options().trust_domain;
  const pki::Request good = pki::ForOrganisation(domain, kReferrer, now - day, now + day);
  pki::Request several = good;
  several.uris.push_back(Cat("spiffe://", domain, "/org/", kReceiver));
  pki::Request none = good;
  none.uris.clear();
  for (const std::string& service : hub::ServiceNames()) {
    const auto issued = [&](const pki::Request& request, bool other_authority = false) {
      return Ask(*ConnectIssued(world, request, service, other_authority), service).code();
    };
    EXPECT_EQ(issued(good), absl::StatusCode::kOk) << service << ": a good one";
    EXPECT_EQ(Ask(*ConnectWithoutCertificate(world, service), service).code(), absl::StatusCode::kUnavailable)
        << service << ": no certificate";
    EXPECT_EQ(Ask(*ConnectAs(world, "sample-unregistered", service), service).code(),
              absl::StatusCode::kUnauthenticated)
        << service << ": a good certificate of nobody in the registry";
    EXPECT_EQ(issued(pki::ForOrganisation(domain, kReferrer, now - 2 * day, now - day)), absl::StatusCode::kUnavailable)
        << service << ": expired";
    EXPECT_EQ(issued(pki::ForOrganisation(domain, kReferrer, now + day, now + 2 * day)), absl::StatusCode::kUnavailable)
        << service << ": not valid yet";
    EXPECT_EQ(issued(good, /*other_authority=*/true), absl::StatusCode::kUnavailable)
        << service << ": another authority's";
    const absl::Status foreign = Ask(
        *ConnectIssued(world, pki::ForOrganisation("other.domain", kReferrer, now - day, now + day), service), service);
    EXPECT_EQ(foreign.code(), absl::StatusCode::kUnauthenticated) << service << ": another trust domain";
    EXPECT_THAT(std::string(foreign.message()), HasSubstr(Cat("its trust domain is other.domain, where ", domain)))
        << service << ": both are named";
    EXPECT_EQ(issued(several), absl::StatusCode::kUnauthenticated) << service << ": two identities";
    EXPECT_EQ(issued(none), absl::StatusCode::kUnauthenticated) << service << ": no identity";
  }
}

// Reads a stream until it ends.
template <class Response, class Request>
absl::Status EndOf(rpc::Client& client, const Request& request) {
  auto stream = client.Watch<Response>(request, {.timeout = absl::Seconds(30), .practitioner = kPractitioner});
  Response response;
  while (stream.Read(response)) {
  }
  return stream.Finish();
}

TEST(Certificates, ARevokedOneIsRefusedOnItsOpenConnectionByEveryService) {
  World& world = World::Get();
  const absl::Time now = absl::Now();
  const std::string folder = IssueInto(
      world, pki::ForOrganisation(world.options().trust_domain, kReferrer, now - absl::Hours(1), now + absl::Hours(1)));
  std::map<std::string, std::unique_ptr<rpc::Client>> clients;
  for (const std::string& service : hub::ServiceNames()) {
    clients[service] = ConnectWith(world, folder, service);
    ASSERT_TRUE(Ask(*clients[service], service).ok()) << service;
  }

  directory::v1::RevokeCertificateRequest revoke;
  revoke.set_organisation_id(world.IdOf(kReferrer));
  revoke.set_serial(SerialOf(folder));
  ASSERT_TRUE(world.Call<directory::v1::RevokeCertificateResponse>(kAdmin, revoke).ok());
  EXPECT_EQ(status::ReasonOf(Ask(*clients["directory"], "directory")), "CERTIFICATE_REVOKED") << "at once";
  // The others learn of it through the directory's feed. A stream ends when its service has; where there is none, each
  // call is judged by what is known by then.
  EXPECT_EQ(status::ReasonOf(
                EndOf<consent::v1::WatchNoticesResponse>(*clients["consent"], consent::v1::WatchNoticesRequest())),
            "CERTIFICATE_REVOKED");
  EXPECT_EQ(status::ReasonOf(EndOf<referral::v1::WatchReferralsResponse>(*clients["referral"],
                                                                         referral::v1::WatchReferralsRequest())),
            "CERTIFICATE_REVOKED");
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (Ask(*clients["outcome"], "outcome").ok() && absl::Now() < patience) {
  }
  for (const auto& [service, client] : clients) {
    EXPECT_EQ(status::ReasonOf(Ask(*client, service)), "CERTIFICATE_REVOKED") << service;
    EXPECT_TRUE(Ask(world.ClientOf(kReferrer, service), service).ok()) << service << ": its other certificate is good";
  }
}

// Revoked by the hub's authority, as `nwd pki revoke` does.
void Revoke(World& world, const std::string& serial) {
  const pki::HubOptions options = {.folder = hub::PkiFolder(world.hub().folder),
                                   .trust_domain = world.options().trust_domain,
                                   .organisations = {},
                                   .services = {},
                                   .now = absl::Now()};
  const auto revoked = pki::Revoke(options, {serial});
  ASSERT_TRUE(revoked.ok()) << revoked.status();
}

TEST(Certificates, OneOfOurOwnServicesThatIsRevokedIsRefusedOnItsOpenConnectionByEveryService) {
  World& world = World::Get();
  const absl::Time now = absl::Now();
  const std::string& domain = world.options().trust_domain;
  const std::string stolen =
      IssueInto(world, pki::ForService(domain, "outcome", now - absl::Hours(1), now + absl::Hours(1)));
  const auto follow = [](rpc::Client& client) {
    return client.Call<common::v1::ReadChangesResponse>(common::v1::ReadChangesRequest()).status();
  };
  std::map<std::string, std::unique_ptr<rpc::Client>> clients;
  for (const std::string& service : hub::ServiceNames()) {
    clients[service] = ConnectWith(world, stolen, service);
    ASSERT_TRUE(follow(*clients[service]).ok()) << service;
  }
  Revoke(world, SerialOf(stolen));
  for (const auto& [service, client] : clients) {
    EXPECT_TRUE(Eventually([&] { return status::ReasonOf(follow(*client)) == "CERTIFICATE_REVOKED"; })) << service;
    EXPECT_TRUE(follow(world.ClientOf("service/outcome", service)).ok())
        << service << ": the one that the service itself has is good";
  }
}

TEST(Certificates, AnOrganisationsThatTheAuthorityRevokesIsRefusedByEveryService) {
  World& world = World::Get();
  const absl::Time now = absl::Now();
  const std::string lost = IssueInto(
      world, pki::ForOrganisation(world.options().trust_domain, kReferrer, now - absl::Hours(1), now + absl::Hours(1)));
  Revoke(world, SerialOf(lost));
  for (const std::string& service : hub::ServiceNames()) {
    const auto client = ConnectWith(world, lost, service);
    EXPECT_TRUE(Eventually([&] { return status::ReasonOf(Ask(*client, service)) == "CERTIFICATE_REVOKED"; }))
        << service;
    EXPECT_TRUE(Ask(world.ClientOf(kReferrer, service), service).ok()) << service << ": its other certificate is good";
    EXPECT_FALSE(ReflectedServices(*client).ok()) << service << ": nor does it see what is offered";
    EXPECT_FALSE(ReflectedServices(*ConnectAs(world, "sample-unregistered", service)).ok()) << service;
    EXPECT_TRUE(ReflectedServices(world.ClientOf(kReferrer, service)).ok()) << service;
  }
}

TEST(Certificates, Tls12IsRefusedByEveryService) {
  World& world = World::Get();
  for (const std::string& service : hub::ServiceNames()) {
    EXPECT_FALSE(HandshakeSucceeds(world, service, TlsVersion::k12)) << service;
    EXPECT_TRUE(HandshakeSucceeds(world, service, TlsVersion::k13)) << service;
  }
}

}  // namespace
}  // namespace nwd::e2e
