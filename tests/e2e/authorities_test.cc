// Authorities between the consent service, which judges them, and the referral service, whose referrals rest on them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace c = consent::v1;
namespace r = referral::v1;

// A borough asserts, an advice centre approves, a college receives.
class Authorities : public ::testing::Test {
 protected:
  Authorities() : asserting_(Asserting(world_).request) {
    authority_id_ = world_.Do<c::AssertAuthorityResponse>(kReferrer, asserting_).authority_id();
  }
  r::CreateReferralRequest Referral() {
    r::CreateReferralRequest request = Sending({asserting_.person_ref(), ""}, ServiceOf(world_, kStranger));
    request.set_authority_id(authority_id_);
    return request;
  }
  r::Referral See(const std::string& who, const std::string& referral_id) {
    r::GetReferralRequest get;
    get.set_referral_id(referral_id);
    return world_.Do<r::GetReferralResponse>(who, get).referral();
  }
  std::string Taken() {
    const auto sent = world_.Do<r::CreateReferralResponse>(kReferrer, Referral());
    Accept(world_, kStranger, sent.referral_id(), sent.etag());
    return sent.referral_id();
  }
  absl::StatusOr<c::GetRecordResponse> Read(const r::Referral& referral) {
    c::GetRecordRequest read = World::ReadRequest(referral.person_ref(), "");
    read.set_authority_id(referral.authority_id());
    return world_.Call<c::GetRecordResponse>(kStranger, read);
  }

  World& world_ = World::Get();
  const c::AssertAuthorityRequest asserting_;
  std::string authority_id_;
};

TEST_F(Authorities, NothingIsReferredOnTheWordOfOneAlone) {
  const auto refused = world_.Call<r::CreateReferralResponse>(kReferrer, Referral());
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Authorities, NobodyIsReferredOnWhatIsAboutAnotherOrForAnother) {
  Approve(world_, authority_id_);
  r::CreateReferralRequest another_person = Referral(), another_receiver = Referral();
  another_person.set_person_ref(world_.Register(kReferrer));
  another_receiver.set_service_id(world_.service_id());
  for (const auto& request : {another_person, another_receiver}) {
    const auto refused = world_.Call<r::CreateReferralResponse>(kReferrer, request);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition) << refused.status();
  }
}

TEST_F(Authorities, AReferralRestsOnOneUntilThePersonObjects) {
  Approve(world_, authority_id_);
  const std::string id = Taken();
  const r::Referral seen = See(kStranger, id);
  EXPECT_EQ(seen.authority_id(), authority_id_);
  const auto read = Read(seen);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->entries_size(), 1);

  c::ObjectToAuthorityRequest object;
  object.set_authority_id(authority_id_);
  world_.Do<c::ObjectToAuthorityResponse>(kReferrer, object);
  EXPECT_EQ(Read(seen).status().code(), absl::StatusCode::kPermissionDenied) << "the very next one";
  EXPECT_TRUE(Eventually([&] { return See(kReferrer, id).state() == r::REFERRAL_STATE_CANCELLED_BY_PERSON; }));
  EXPECT_EQ(See(kReferrer, id).reason(), r::REFERRAL_REASON_PERSON_OBJECTED);
}

TEST_F(Authorities, WhatItsAsserterEndsIsNobodysNo) {
  Approve(world_, authority_id_);
  const std::string id = Taken();
  c::EndAuthorityRequest end;
  end.set_authority_id(authority_id_);
  end.set_reason(c::END_REASON_NO_LONGER_NEEDED);
  world_.Do<c::EndAuthorityResponse>(kReferrer, end);
  EXPECT_TRUE(Eventually([&] { return See(kReferrer, id).reason() == r::REFERRAL_REASON_AUTHORITY_ENDED; }));
  EXPECT_EQ(See(kReferrer, id).state(), r::REFERRAL_STATE_ACCEPTED);
}

}  // namespace
}  // namespace nwd::e2e
