// Every RPC as every role, as every service, and as the right role without the tie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "deploy/hub/folder.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "nwd/directory/v1/feed_service.pb.h"
#include "nwd/directory/v1/organisation_service.pb.h"
#include "nwd/referral/v1/appointment_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/every_rpc.h"
#include "tests/e2e/good_calls.h"
#include "tests/e2e/raw_peer.h"
#include "tests/e2e/things.h"
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

bool HasRole(World& world, const std::string& who, Role role) {
  if (who == kReferrer || who == kReceiver) return role == v1::ROLE_AGENCY;
  if (who == kCrisis || who == kSecondCrisis) return role == v1::ROLE_AGENCY || role == v1::ROLE_SAFEGUARDING;
  return who == kSecondAdmin ? role == v1::ROLE_HUB_ADMIN : world.HolderOf(role) == who;
}

// What an agency asks of anybody, or of a person it holds, a channel asks of one who enrolled with it.
void AskAsChannel(World& world, google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("person_ref");
  if (field != nullptr) request.GetReflection()->SetString(&request, field, EnrolledPerson(world));
}

// An auditor lists disclosures by recipient, an agency by person.
std::unique_ptr<google::protobuf::Message> AsAuditor(World& world) {
  auto list = std::make_unique<consent::v1::ListDisclosuresRequest>();
  list->set_recipient_organisation_id(world.IdOf(kReceiver));
  return list;
}

TEST(Access, EveryRpcListensToEveryRoleItNames) {
  World& world = World::Get();
  for (const Rpc& rpc : EveryRpc()) {
    for (const int number : rpc.rule.roles()) {
      const Role role = static_cast<Role>(number);
      std::optional<GoodCall> good = MakeGoodCall(world, rpc);
      ASSERT_TRUE(good.has_value()) << rpc.method->full_name();
      std::string who = good->who;
      if (!HasRole(world, who, role)) {
        who = world.HolderOf(role);
        if (rpc.rule.tie() != v1::TIE_NONE && rpc.rule.tie() != v1::TIE_SELF) {
          // Nothing is tied to this holder. Roles are judged before content, so an empty request that is found wanting
          // got past them.
          const absl::Status status =
              CallRpc(world.ClientOf(who, rpc.service), rpc, *NewMessage(*rpc.method->input_type()));
          EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
              << rpc.method->full_name() << " as " << Role_Name(role) << ": " << status;
          continue;
        }
        if (role == v1::ROLE_AUDITOR && rpc.method->name() == "ListDisclosures") good->request = AsAuditor(world);
        if (role == v1::ROLE_RESIDENT_CHANNEL) AskAsChannel(world, *good->request);
      }
      const absl::Status status = CallRpc(world.ClientOf(who, rpc.service), rpc, *good->request);
      const std::string& name = rpc.method->name();
      const bool watches =
          rpc.method->server_streaming() && name != "RotateKeys" && name != "ExportPerson";  // which end
      const auto answered = watches ? absl::StatusCode::kDeadlineExceeded : absl::StatusCode::kOk;
      EXPECT_EQ(status.code(), answered) << rpc.method->full_name() << " as " << Role_Name(role) << ": " << status;
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

std::map<std::string, std::string> MakeOthersThings(World& world) {
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
          {"agreement_id", FreshAgreement(world).agreement_id()},
          {"consent_id", consented.consent_id},
          {"authority_id", AuthorityOf(world, kReferrer, consented.person_ref, kReceiver)},
          {"referral_id", accepted.referral_id},
          {"appointment_id", booked.ok() ? booked->appointment_id() : ""},
          {"notice_id", MakeNotice(world)},
          {"case_id", OpenedCase(world, kReferrer, consent::v1::CASE_KIND_ACCESS).case_id()},
          {"service_id", world.service_id()},
          {"person_present", "true"},
          {"import_id", begun.ok() ? begun->import_id() : ""},
          {"recipient_organisation_ids", world.IdOf(kReceiver)}};
}

// Objects that belong to others, by the field that names them.
const std::map<std::string, std::string>& OthersThings(World& world) {
  static const auto things = MakeOthersThings(world);
  return things;
}

TEST(Access, TheRightRoleWithoutTheTieIsRefused) {
  World& world = World::Get();
  const auto& values = OthersThings(world);
  int refused = 0;
  for (const Rpc& rpc : EveryRpc()) {
    if (rpc.rule.tie() == v1::TIE_NONE || rpc.rule.tie() == v1::TIE_SELF) continue;
    const auto request = WellFormed(rpc, values);
    for (const int number : rpc.rule.roles()) {
      const Role role = static_cast<Role>(number);
      // Who administers the hub has this tie to every agreement.
      if (role == v1::ROLE_HUB_ADMIN && rpc.rule.tie() == v1::TIE_AGREEMENT_PARTY) continue;
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

TEST(Access, WhoIsAskedToVouchForAConsentReadsItUnderItsOwnReferenceAndNobodyElseDoes) {
  World& world = World::Get();
  const Shared shared = SharePerson(world, kReceiver);  // the referrer has put in who they are
  const auto captured = world.Do<consent::v1::CreateConsentResponse>(
      kReceiver, world.ConsentRequest(shared.receivers_ref, {kReceiver}, /*standing=*/true));
  world.Give(kReceiver, captured);
  consent::v1::GetConsentRequest get;
  get.set_consent_id(captured.consent_id());
  const auto seen = world.Call<consent::v1::GetConsentResponse>(kReferrer, get);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->consent().person_ref(), shared.referrers_ref);
  EXPECT_EQ(seen->consent().terms().recipient_organisation_ids(0), world.IdOf(kReceiver));
  EXPECT_EQ(seen->consent().practitioner(), "");
  EXPECT_EQ(world.Call<consent::v1::GetConsentResponse>(kStranger, get).status(), status::Denied());
}

TEST(Access, WhoOpenedEmergencyAccessReadsUnderItUntilItIsClosedAndNobodyElseDoes) {
  World& world = World::Get();
  const consent::v1::OpenEmergencyAccessRequest open = Opening(world, kCrisis);
  const auto opened = world.Do<consent::v1::OpenEmergencyAccessResponse>(kCrisis, open);
  const auto read = ReadingInEmergency(open.person_ref(), opened.emergency_access_id());
  const auto seen = world.Call<consent::v1::GetRecordResponse>(kCrisis, read);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->entries_size(), 1);
  auto others = read;
  others.set_person_ref(world.RefOf(kCrisis, open.person_ref(), kSecondCrisis));
  EXPECT_EQ(world.Call<consent::v1::GetRecordResponse>(kSecondCrisis, others).status(), status::Denied());
  consent::v1::CloseEmergencyAccessRequest close;
  close.set_emergency_access_id(opened.emergency_access_id());
  close.set_outcome("was asleep");
  EXPECT_EQ(world.Call<consent::v1::CloseEmergencyAccessResponse>(kSecondCrisis, close).status(), status::Denied());
  ASSERT_TRUE(world.Call<consent::v1::CloseEmergencyAccessResponse>(kCrisis, close).ok());
  EXPECT_EQ(world.Call<consent::v1::GetRecordResponse>(kCrisis, read).status(), status::Denied());
}

TEST(Access, ANavigatorRefersItsSponsorsPeopleAndNobodyElses) {
  World& world = World::Get();
  const std::string& navigator = world.HolderOf(v1::ROLE_NAVIGATOR);  // sponsored by the stranger
  const auto sponsors = Sending(world.Consent(kStranger, {kReceiver}), world.service_id());
  const auto referred = world.Call<referral::v1::CreateReferralResponse>(navigator, sponsors);
  ASSERT_TRUE(referred.ok()) << referred.status();
  referral::v1::GetReferralRequest get;
  get.set_referral_id(referred->referral_id());
  EXPECT_TRUE(world.Call<referral::v1::GetReferralResponse>(navigator, get).ok());
  EXPECT_EQ(world.Call<referral::v1::GetReferralResponse>(kReferrer, get).status(), status::Denied());
  const auto others = Sending(world.Consent(kReferrer, {kReceiver}), world.service_id());
  EXPECT_EQ(world.Call<referral::v1::CreateReferralResponse>(navigator, others).status(), status::Denied());
}

// What a call or stream answers to somebody, as text; of a stream what comes within a second.
std::string AllThatIsSaid(rpc::Client& client, const Rpc& rpc, const google::protobuf::Message& request,
                          absl::Status& status) {
  const auto response = NewMessage(*rpc.method->output_type());
  if (!rpc.method->server_streaming()) {
    status = client.CallMessage(request, *response, {.timeout = absl::Seconds(10), .practitioner = kPractitioner});
    return response->ShortDebugString();
  }
  const auto stream = client.WatchMessage(request, {.timeout = absl::Seconds(1), .practitioner = kPractitioner});
  std::string said;
  while (stream->Read(*response)) said += response->ShortDebugString();
  status = stream->Finish();
  return said;
}

TEST(Access, WhatIsOnesOwnHoldsNothingOfOthers) {
  World& world = World::Get();
  auto values = OthersThings(world);
  values.erase("service_id");  // of the catalogue, which all may read
  values.erase("recipient_organisation_ids");
  int asked = 0;
  for (const Rpc& rpc : EveryRpc()) {
    if (rpc.rule.tie() != v1::TIE_SELF) continue;
    for (const int number : rpc.rule.roles()) {
      const Role role = static_cast<Role>(number);
      rpc::Client& client = world.ClientOf(world.HolderOf(role), rpc.service);
      // Once as it is, once naming what is others'.
      for (const auto& named : {std::map<std::string, std::string>(), values}) {
        const auto request = WellFormed(rpc, named);
        absl::Status status;
        const std::string said = AllThatIsSaid(client, rpc, *request, status);
        for (const auto& [name, value] : values) {
          EXPECT_THAT(said, ::testing::Not(::testing::HasSubstr(value)))
              << rpc.method->full_name() << " as " << Role_Name(role) << " tells " << name << " of others";
        }
        EXPECT_NE(status.code(), absl::StatusCode::kInternal) << rpc.method->full_name() << ": " << status;
        ++asked;
      }
    }
  }
  EXPECT_GT(asked, 15);
}

TEST(Access, NobodyAsksOnBehalfOfAnother) {
  World& world = World::Get();
  const auto& values = OthersThings(world);
  consent::v1::CheckAccessRequest check;
  check.set_person_ref(values.at("person_ref"));
  check.set_purpose(v1::PURPOSE_REFERRAL);
  check.add_categories(v1::CATEGORY_IDENTITY);
  check.set_mode(consent::v1::SHARING_MODE_VIEW);
  check.set_consent_id(values.at("consent_id"));
  const auto as_itself = world.Call<consent::v1::CheckAccessResponse>(kStranger, check);
  ASSERT_TRUE(as_itself.ok()) << as_itself.status();
  EXPECT_FALSE(as_itself->permitted());
  ASSERT_EQ(as_itself->denied_categories_size(), 1);
  EXPECT_EQ(as_itself->denied_categories(0).reason(), consent::v1::DENIAL_REASON_NO_BASIS);
  for (const char* other : {kReferrer, kReceiver}) {
    check.set_on_behalf_of(world.IdOf(other));
    const auto refused = world.Call<consent::v1::CheckAccessResponse>(kStranger, check);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument) << refused.status();
    EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("on_behalf_of"));
  }
}

}  // namespace
}  // namespace nwd::e2e
