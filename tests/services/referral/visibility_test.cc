#include "services/referral/visibility.h"

#include <gtest/gtest.h>

namespace nwd::referral {
namespace {

storage::Referral In(ReferralState state) {
  storage::Referral referral;
  referral.set_referrer_organisation_id("referrer");
  referral.set_receiver_organisation_id("receiver");
  referral.set_referrer_person_ref("ref-of-referrer");
  referral.set_receiver_person_ref("ref-of-receiver");
  referral.set_sealed_notes("sealed");
  referral.set_state(state);
  referral.set_sent_sequence(state == v1::REFERRAL_STATE_DRAFT ? 0 : 2);
  return referral;
}

TEST(Visibility, SidesAreKnownByTheOrganisationAndOnlyOnceSent) {
  EXPECT_EQ(SidesOf(In(v1::REFERRAL_STATE_SENT), "referrer"), Actors(Actor::kReferrer));
  EXPECT_EQ(SidesOf(In(v1::REFERRAL_STATE_SENT), "receiver"), Actors(Actor::kReceiver));
  EXPECT_TRUE(SidesOf(In(v1::REFERRAL_STATE_SENT), "stranger").empty());
  EXPECT_TRUE(SidesOf(In(v1::REFERRAL_STATE_DRAFT), "receiver").empty());
}

TEST(Visibility, TheReferrersTextIsReleasedInTheTakenOnStatesAndNoOther) {
  for (int number = v1::ReferralState_MIN + 1; number <= v1::ReferralState_MAX; ++number) {
    storage::Referral referral = In(static_cast<ReferralState>(number));
    EXPECT_EQ(ReleasesText(referral, Actor::kReceiver), kTakenOn.Has(referral.state())) << number;
    EXPECT_FALSE(ReleasesText(referral, Actor::kReferrer)) << "its own text is no disclosure";
    referral.set_access_ended(true);
    EXPECT_FALSE(ReleasesText(referral, Actor::kReceiver)) << number;
  }
}

TEST(Visibility, ThePersonIsNamedToTheReceiverOnlyOnceItHasAccepted) {
  storage::Referral referral = In(v1::REFERRAL_STATE_RECEIVED);
  EXPECT_EQ(ShowSummary(referral, Actor::kReceiver).person_ref(), "");
  referral.set_accepted(true);
  EXPECT_EQ(ShowSummary(referral, Actor::kReceiver).person_ref(), "ref-of-receiver");
  EXPECT_EQ(ShowSummary(referral, Actor::kReferrer).person_ref(), "ref-of-referrer");
}

}  // namespace
}  // namespace nwd::referral
