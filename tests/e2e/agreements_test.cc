// Data-sharing agreements between the directory, which keeps them, and the consent service, which judges by them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ids/uuid.h"
#include "nwd/consent/v1/access_service.pb.h"
#include "tests/e2e/operator_view.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace c = consent::v1;
namespace d = directory::v1;
namespace v1 = common::v1;

class Agreements : public ::testing::Test {
 protected:
  // A person of the referrer's who agrees that the receiver may know who they are, under this agreement.
  World::Consented ConsentUnder(const std::string& agreement_id) {
    return world_.ConsentOf(kReferrer, world_.Register(kReferrer), {kReceiver}, /*standing=*/true,
                            [&](c::ConsentTerms& terms) { terms.set_agreement_id(agreement_id); });
  }
  // What the receiver is told of a check; unspecified where it is permitted.
  c::DenialReason ReasonFor(const World::Consented& consented) {
    c::CheckAccessRequest check;
    check.set_person_ref(world_.RefOf(kReferrer, consented.person_ref, kReceiver));
    check.set_purpose(v1::PURPOSE_REFERRAL);
    check.add_categories(v1::CATEGORY_IDENTITY);
    check.set_mode(c::SHARING_MODE_VIEW);
    check.set_consent_id(consented.consent_id);
    const auto checked = world_.Do<c::CheckAccessResponse>(kReceiver, check);
    return checked.permitted() ? c::DENIAL_REASON_UNSPECIFIED : checked.denied_categories(0).reason();
  }
  void End(const d::CreateAgreementResponse& made, const std::string& by) {
    d::EndAgreementRequest end;
    end.set_agreement_id(made.agreement_id());
    end.set_etag(made.etag());
    world_.Do<d::EndAgreementResponse>(by, end);
  }

  World& world_ = World::Get();
};

TEST_F(Agreements, OneThatWasRecordedThisMomentCanBeCitedAndPermits) {
  const World::Consented consented = ConsentUnder(FreshAgreement(world_).agreement_id());
  EXPECT_EQ(ReasonFor(consented), c::DENIAL_REASON_UNSPECIFIED);
}

TEST_F(Agreements, WhatRestsOnOneIsPermittedNoLongerOnceItWasEnded) {
  for (const char* by : {kReceiver, kSecondAdmin}) {
    const d::CreateAgreementResponse made = FreshAgreement(world_);
    const World::Consented under = ConsentUnder(made.agreement_id());
    const World::Consented free = world_.Consent(kReferrer, {kReceiver}, /*standing=*/true);
    ASSERT_EQ(ReasonFor(under), c::DENIAL_REASON_UNSPECIFIED);
    End(made, by);
    EXPECT_TRUE(Eventually([&] { return ReasonFor(under) == c::DENIAL_REASON_NOT_UNDER_AGREEMENT; }));
    EXPECT_EQ(ReasonFor(free), c::DENIAL_REASON_UNSPECIFIED) << "one that rests on none goes on";
  }
}

TEST_F(Agreements, WhileTheDirectoryIsDownWhatIsKnownGoesOnAndWhatIsNotIsRefused) {
  const d::CreateAgreementResponse made = FreshAgreement(world_);
  const World::Consented consented = ConsentUnder(made.agreement_id());
  c::CreateConsentRequest unknown = world_.ConsentRequest(consented.person_ref, {kReceiver}, /*standing=*/true);
  unknown.mutable_terms()->set_agreement_id(ids::Uuid::Random().ToString());
  world_.Kill("directory");
  EXPECT_EQ(ReasonFor(consented), c::DENIAL_REASON_UNSPECIFIED);
  EXPECT_EQ(world_.Call<c::CreateConsentResponse>(kReferrer, unknown).status().code(), absl::StatusCode::kUnavailable);
  world_.Start("directory");
  EXPECT_TRUE(Eventually([&] {
    return world_.Call<c::CreateConsentResponse>(kReferrer, unknown).status().code() ==
           absl::StatusCode::kInvalidArgument;
  }));
}

TEST_F(Agreements, ADraftIsExplainedBesideWhatIsInForce) {
  const d::CreateAgreementResponse made = FreshAgreement(world_);
  constexpr int kPeople = 8;
  for (int i = 0; i < kPeople; ++i) ConsentUnder(made.agreement_id());
  c::ExplainAccessRequest request;
  request.set_organisation_id(world_.IdOf(kReceiver));
  request.set_draft_replaces_agreement_id(made.agreement_id());
  c::DraftAgreement& draft = *request.mutable_draft();
  draft.add_party_organisation_ids(world_.IdOf(kReceiver));
  draft.add_purposes(v1::PURPOSE_REFERRAL);
  draft.add_categories(v1::CATEGORY_CONTACT);
  draft.add_lawful_bases(v1::LAWFUL_BASIS_CONSENT);
  const auto told = world_.Call<c::ExplainAccessResponse>(world_.HolderOf(v1::ROLE_AUDITOR), request);
  ASSERT_TRUE(told.ok()) << told.status();
  bool taken_away = false;
  for (const c::AccessExplanation& row : told->explanations()) {
    taken_away |= row.category() == v1::CATEGORY_IDENTITY && row.reason() == c::DENIAL_REASON_NOT_UNDER_AGREEMENT &&
                  row.with_draft().people() >= kPeople;
  }
  EXPECT_TRUE(taken_away) << told->ShortDebugString();
  EXPECT_GE(told->people().people(), kPeople);
}

}  // namespace
}  // namespace nwd::e2e
