// Every RPC as every role; as the right role without the tie; with certificates that are none, unknown, expired,
// revoked or another authority's; and TLS 1.2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/tls/certificate.h"
#include "deploy/hub/folder.h"
#include "deploy/pki/pem_files.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/every_rpc.h"
#include "tests/e2e/raw_peer.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {
namespace {

using common::v1::Role;
namespace v1 = common::v1;

absl::Status CallRpc(rpc::Client& client, const Rpc& rpc, const google::protobuf::Message& request) {
  const rpc::CallOptions options{.timeout = absl::Seconds(10), .practitioner = kPractitioner};
  const auto response = NewMessage(*rpc.method->output_type());
  if (!rpc.method->server_streaming()) return client.CallMessage(request, *response, options);
  const auto stream = client.WatchMessage(request, {.timeout = absl::Seconds(1), .practitioner = kPractitioner});
  while (stream->Read(*response)) {
  }
  return stream->Finish();
}

bool Names(const v1::AccessRule& rule, Role role) {
  return std::find(rule.roles().begin(), rule.roles().end(), role) != rule.roles().end();
}

TEST(Access, EveryRpcRefusesEveryRoleItDoesNotName) {
  World& world = World::Get();
  int refused = 0;
  for (const Rpc& rpc : EveryRpc()) {
    for (int number = v1::ROLE_AGENCY; number <= v1::ROLE_NAVIGATOR; ++number) {
      const Role role = static_cast<Role>(number);
      if (Names(rpc.rule, role)) continue;
      const absl::Status status =
          CallRpc(world.ClientOf(world.HolderOf(role), rpc.service), rpc, *NewMessage(*rpc.method->input_type()));
      EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied)
          << rpc.method->full_name() << " as " << Role_Name(role) << ": " << status;
      ++refused;
    }
  }
  EXPECT_GT(refused, 200) << "the matrix was walked";
}

TEST(Access, EveryRpcListensToEveryRoleItNames) {
  World& world = World::Get();
  for (const Rpc& rpc : EveryRpc()) {
    for (const int number : rpc.rule.roles()) {
      const Role role = static_cast<Role>(number);
      // An empty request is judged on its content, or answered: the role was not the obstacle. Without content no tie
      // can hold either, so a refusal for the tie is an answer to the content too.
      const absl::Status status =
          CallRpc(world.ClientOf(world.HolderOf(role), rpc.service), rpc, *NewMessage(*rpc.method->input_type()));
      EXPECT_THAT(status.code(), ::testing::AnyOf(absl::StatusCode::kOk, absl::StatusCode::kInvalidArgument,
                                                  absl::StatusCode::kNotFound, absl::StatusCode::kDeadlineExceeded))
          << rpc.method->full_name() << " as " << Role_Name(role) << ": " << status;
    }
  }
}

TEST(Access, EveryRpcRefusesEveryServiceItDoesNotName) {
  World& world = World::Get();
  for (const Rpc& rpc : EveryRpc()) {
    for (const std::string& service : hub::ServiceNames()) {
      if (std::find(rpc.rule.services().begin(), rpc.rule.services().end(), service) != rpc.rule.services().end())
        continue;
      const auto client = ConnectAs(world, Cat("service/", service), rpc.service);
      EXPECT_EQ(CallRpc(*client, rpc, *NewMessage(*rpc.method->input_type())).code(),
                absl::StatusCode::kPermissionDenied)
          << rpc.method->full_name() << " as the service " << service;
    }
  }
}

struct Accepted {
  std::string referral_id;
  std::string receivers_ref;  // how the receiver knows the person
};

Accepted ReferAndAccept(World& world, const World::Consented& consented) {
  const World::Referred referred = world.Refer(kReferrer, consented);
  referral::v1::TransitionReferralRequest accept;
  accept.set_referral_id(referred.referral_id);
  accept.set_etag(referred.etag);
  accept.set_action(referral::v1::REFERRAL_ACTION_ACCEPT);
  const auto accepted = world.Call<referral::v1::TransitionReferralResponse>(kReceiver, accept);
  EXPECT_TRUE(accepted.ok()) << accepted.status();
  referral::v1::GetReferralRequest look;
  look.set_referral_id(referred.referral_id);
  const auto seen = world.Call<referral::v1::GetReferralResponse>(kReceiver, look);
  EXPECT_TRUE(seen.ok()) << seen.status();
  return {referred.referral_id, seen.ok() ? seen->referral().person_ref() : ""};
}

// The receiver reads, the person withdraws, and so the receiver has a notice to answer.
std::string MakeNotice(World& world) {
  const World::Consented consented = world.Consent(kReferrer, {kReceiver});
  world.PutIdentity(kReferrer, consented.person_ref);
  consent::v1::GetRecordRequest read;
  read.set_person_ref(ReferAndAccept(world, consented).receivers_ref);
  read.set_purpose(v1::PURPOSE_REFERRAL);
  read.add_categories(v1::CATEGORY_IDENTITY);
  read.set_mode(consent::v1::SHARING_MODE_VIEW);
  read.set_consent_id(consented.consent_id);
  const auto record = world.Call<consent::v1::GetRecordResponse>(kReceiver, read);
  EXPECT_TRUE(record.ok()) << record.status();
  consent::v1::WithdrawConsentRequest withdraw;
  withdraw.set_consent_id(consented.consent_id);
  EXPECT_TRUE(world.Call<consent::v1::WithdrawConsentResponse>(kReferrer, withdraw).ok());
  const auto notices = world.Call<consent::v1::ListNoticesResponse>(kReceiver, consent::v1::ListNoticesRequest());
  EXPECT_TRUE(notices.ok() && notices->notices_size() > 0) << notices.status();
  return notices.ok() && notices->notices_size() > 0 ? notices->notices(0).notice_id() : "";
}

// Objects that belong to others.
std::map<std::string, std::string> OthersThings(World& world) {
  const World::Consented consented = world.Consent(kReferrer, {kReceiver}, /*standing=*/true);
  world.PutIdentity(kReferrer, consented.person_ref);
  const Accepted accepted = ReferAndAccept(world, consented);
  referral::v1::BookAppointmentRequest book;
  book.set_referral_id(accepted.referral_id);
  book.mutable_start_time()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(48)));
  book.set_duration_minutes(30);
  const auto booked = world.Call<referral::v1::BookAppointmentResponse>(kReceiver, book);
  EXPECT_TRUE(booked.ok()) << booked.status();
  directory::v1::BeginImportRequest begin;
  begin.set_feed_slug("another-feed");
  const auto begun = world.Call<directory::v1::BeginImportResponse>(kAdmin, begin);
  EXPECT_TRUE(begun.ok()) << begun.status();
  return {{"person_ref", consented.person_ref},
          {"consent_id", consented.consent_id},
          {"referral_id", accepted.referral_id},
          {"appointment_id", booked.ok() ? booked->appointment_id() : ""},
          {"notice_id", MakeNotice(world)},
          {"service_id", world.service_id()},
          {"import_id", begun.ok() ? begun->import_id() : ""},
          {"recipient_organisation_ids", world.IdOf(kReceiver)}};
}

TEST(Access, TheRightRoleWithoutTheTieIsRefused) {
  World& world = World::Get();
  const auto values = OthersThings(world);
  int refused = 0;
  for (const Rpc& rpc : EveryRpc()) {
    if (rpc.rule.tie() == v1::TIE_NONE || rpc.rule.tie() == v1::TIE_SELF) continue;
    const auto request = WellFormed(rpc, values);
    for (const int number : rpc.rule.roles()) {
      const Role role = static_cast<Role>(number);
      const std::string who = role == v1::ROLE_HUB_ADMIN ? kSecondAdmin : world.HolderOf(role);
      const absl::Status status = CallRpc(world.ClientOf(who, rpc.service), rpc, *request);
      EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied)
          << rpc.method->full_name() << " as " << Role_Name(role) << ": " << status << "\n"
          << request->ShortDebugString();
      EXPECT_EQ(status.message(), status::Denied().message())
          << rpc.method->full_name() << ": absent and forbidden are one answer";
      ++refused;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST(Certificates, NoneUnknownExpiredRevokedAndAnotherAuthoritysAreRefused) {
  World& world = World::Get();
  const absl::Time now = absl::Now();
  directory::v1::GetOrganisationRequest request;
  request.set_slug(kReferrer);
  const auto call = [&](rpc::Client& client) {
    return client.Call<directory::v1::GetOrganisationResponse>(request, {.timeout = absl::Seconds(5)}).status();
  };

  EXPECT_EQ(call(*ConnectWithoutCertificate(world, "directory")).code(), absl::StatusCode::kUnavailable)
      << "no certificate";
  EXPECT_EQ(call(*ConnectAs(world, "sample-unregistered", "directory")).code(), absl::StatusCode::kUnauthenticated)
      << "a good certificate of nobody in the registry";
  const auto day = absl::Hours(24);
  EXPECT_EQ(call(*ConnectIssued(world,
                                pki::ForOrganisation(world.options().trust_domain, kReferrer, now - 2 * day, now - day),
                                "directory"))
                .code(),
            absl::StatusCode::kUnavailable)
      << "expired";
  EXPECT_EQ(
      call(*ConnectIssued(world, pki::ForOrganisation(world.options().trust_domain, kReferrer, now - day, now + day),
                          "directory",
                          /*other_authority=*/true))
          .code(),
      absl::StatusCode::kUnavailable)
      << "another authority's";
  EXPECT_EQ(
      call(*ConnectIssued(world, pki::ForOrganisation("other.domain", kReferrer, now - day, now + day), "directory"))
          .code(),
      absl::StatusCode::kUnauthenticated)
      << "another trust domain";
  pki::Request several = pki::ForOrganisation(world.options().trust_domain, kReferrer, now - day, now + day);
  several.uris.push_back(Cat("spiffe://", world.options().trust_domain, "/org/", kReceiver));
  EXPECT_EQ(call(*ConnectIssued(world, several, "directory")).code(), absl::StatusCode::kUnauthenticated)
      << "two identities";
  pki::Request none = several;
  none.uris.clear();
  EXPECT_EQ(call(*ConnectIssued(world, none, "directory")).code(), absl::StatusCode::kUnauthenticated) << "no identity";
}

TEST(Certificates, ARevokedOneIsRefusedOnItsOpenConnectionByEveryService) {
  World& world = World::Get();
  const absl::Time now = absl::Now();
  const std::string folder = IssueInto(
      world, pki::ForOrganisation(world.options().trust_domain, kReferrer, now - absl::Hours(1), now + absl::Hours(1)));
  const auto directory = ConnectWith(world, folder, "directory");
  const auto referral = ConnectWith(world, folder, "referral");
  directory::v1::GetOrganisationRequest get;
  get.set_slug(kReferrer);
  referral::v1::ListReferralsRequest list;
  const rpc::CallOptions options{.practitioner = kPractitioner};
  ASSERT_TRUE(directory->Call<directory::v1::GetOrganisationResponse>(get, options).ok());
  ASSERT_TRUE(referral->Call<referral::v1::ListReferralsResponse>(list, options).ok());

  directory::v1::RevokeCertificateRequest revoke;
  revoke.set_organisation_id(world.IdOf(kReferrer));
  revoke.set_serial(SerialOf(folder));
  ASSERT_TRUE(world.Call<directory::v1::RevokeCertificateResponse>(kAdmin, revoke).ok());
  EXPECT_EQ(status::ReasonOf(directory->Call<directory::v1::GetOrganisationResponse>(get, options).status()),
            "CERTIFICATE_REVOKED");
  // The other services learn of it through the feed; each call is judged by what they know by then.
  absl::Status refused;
  for (int tries = 0; tries < 2000 && refused.ok(); ++tries) {
    refused = referral->Call<referral::v1::ListReferralsResponse>(list, options).status();
  }
  EXPECT_EQ(status::ReasonOf(refused), "CERTIFICATE_REVOKED");
  EXPECT_TRUE(world.Call<referral::v1::ListReferralsResponse>(kReferrer, list).ok()) << "its other certificate is good";
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
