// What becomes of referrals whose consent ends or is renewed, without a call.
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

using EndedBasis = Office;

TEST_F(EndedBasis, CancelsWhatHasNotStartedAndReleasesItsPlace) {
  const std::string sent = Made();
  CreateReferralRequest for_ben = Request();
  for_ben.set_person_ref(Ref("jobcentre", "ben"));
  const std::string accepted = Create(for_ben)->referral_id();
  Moved("college", accepted, REFERRAL_ACTION_ACCEPT);
  const std::string draft = Made(/*send=*/false);

  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 3);
  for (const std::string& id : {sent, accepted, draft}) {
    EXPECT_EQ(StateNow(id), "CANCELLED_BY_PERSON");
    EXPECT_EQ(Stored(id).reason(), REFERRAL_REASON_CONSENT_WITHDRAWN);
  }
  EXPECT_EQ(PlacesHeld("esol"), 0);
  EXPECT_EQ(See("jobcentre", sent)->state(), REFERRAL_STATE_CANCELLED_BY_PERSON);
}

TEST_F(EndedBasis, LeavesACourseThatHasStartedAndEndsAccess) {
  const std::string id = InProgress();
  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(StateNow(id), "IN_PROGRESS");
  EXPECT_EQ(EventsSeen("college", id).back(), "ACCESS_ENDED");
  EXPECT_EQ(PlacesHeld("esol"), 1) << "the course goes on";
  EXPECT_EQ(See("college", id)->notes(), "");
  Moved("college", id, REFERRAL_ACTION_HOLD, REFERRAL_REASON_MOVED);
}

TEST_F(EndedBasis, ToldTwiceChangesNothingMore) {
  const std::string id = InProgress();
  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  TellConsent("consent-1", "WITHDRAWN");
  TellConsent("consent-1", "EXPIRED");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(Stored(id).sequence(), 5);
}

TEST_F(EndedBasis, OtherConsentsAndOtherStatesChangeNothing) {
  const std::string id = Made();
  TellConsent("consent-2", "WITHDRAWN");
  TellConsent("consent-1", "GIVEN");
  TellConsent("consent-1", "SUSPENDED");
  TellConsent("consent-1", "EXPIRED");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(StateNow(id), "SENT");
}

TEST_F(EndedBasis, IsRememberedThoughNoReferralRestsOnItYet) {
  const std::string draft = Made(/*send=*/false);
  TellConsent("consent-1", "REVOKED");  // the follower was faster than the answer of the check
  EXPECT_EQ(status::ReasonOf(Move("jobcentre", draft, REFERRAL_ACTION_SEND).status()), "NO_BASIS");
}

TEST_F(EndedBasis, WhatIsOverStaysAsItIs) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_RISK);
  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(StateNow(id), "DECLINED");
}

TEST_F(EndedBasis, AnErasedPersonsTextsCanNeverBeReadAgain) {
  const std::string id = Made();
  EXPECT_EQ(See("jobcentre", id)->notes(), "speaks Tigrinya at home");
  TellErased("ada");
  GoThroughEndedBases();
  EXPECT_EQ(See("jobcentre", id)->notes(), "");
}

TEST_F(EndedBasis, OfAnErasedPersonStillEndsWhatRestsOnIt) {
  const std::string id = Made();
  TellErased("ada");
  GoThroughEndedBases();
  TellConsent("consent-1", "REVOKED");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(StateNow(id), "CANCELLED_BY_PERSON");
  EXPECT_EQ(PlacesHeld("esol"), 0);
}

class RenewedConsent : public Office {
 protected:
  // As the consent service tells it, in one transaction: the old one's end, and the new one.
  void Renew(const std::string& from, const std::string& to) {
    TellConsent(from, "SUPERSEDED");
    TellConsent(to, "GIVEN", from);
  }
};

TEST_F(RenewedConsent, CarriesOnWhatRestsOnTheOldOne) {
  const std::string draft = Made(/*send=*/false);
  CreateReferralRequest for_ben = Request();
  for_ben.set_person_ref(Ref("jobcentre", "ben"));
  const std::string sent = Create(for_ben)->referral_id();
  const std::string running = InProgress();
  consent_.open.clear();  // the consent service closes all access of a superseded consent
  consent_.permits = {{Id("consent-2"), Id("college")}};
  Renew("consent-1", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 3);
  for (const std::string& id : {draft, sent, running}) {
    EXPECT_EQ(Stored(id).consent_id(), Id("consent-2"));
    EXPECT_EQ(EventsSeen("jobcentre", id).back(), "CONSENT_RENEWED");
  }
  EXPECT_EQ(StateNow(draft), "DRAFT");
  EXPECT_EQ(StateNow(sent), "SENT");
  EXPECT_EQ(StateNow(running), "IN_PROGRESS");
  EXPECT_EQ(outbox_.figures().waiting, 1) << "access that was open opens on the new consent, and no other";
  Moved("college", sent, REFERRAL_ACTION_ACCEPT);
  EXPECT_EQ(consent_.open_on[sent], Id("consent-2"));
  TellConsent("consent-2", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 3) << "and now they end with the new one";
}

TEST_F(RenewedConsent, ToldInEitherOrderIsTheSame) {
  const std::string id = Made();
  consent_.permits = {{Id("consent-2"), Id("college")}};
  TellConsent("consent-2", "GIVEN", "consent-1");
  TellConsent("consent-1", "SUPERSEDED");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(Stored(id).consent_id(), Id("consent-2"));
}

TEST_F(RenewedConsent, IsFollowedToTheLast) {
  const std::string id = Made();
  consent_.permits = {{Id("consent-3"), Id("college")}};
  Renew("consent-1", "consent-2");
  Renew("consent-2", "consent-3");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(Stored(id).consent_id(), Id("consent-3"));
}

TEST_F(RenewedConsent, ThatLeavesTheReceiverOutIsNotThePersonSayingNo) {
  const std::string sent = Made();
  consent_.permits.clear();
  Renew("consent-1", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(StateNow(sent), "SENT");
  EXPECT_EQ(Stored(sent).consent_id(), Id("consent-1"));
  EXPECT_EQ(status::ReasonOf(Move("college", sent, REFERRAL_ACTION_ACCEPT).status()), "NO_BASIS");
}

TEST_F(RenewedConsent, TakesInWhatItLeftOutOnceTheReasonHasPassed) {
  const std::string sent = Made();
  consent_.permits.clear();
  Renew("consent-1", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  consent_.permits = {{Id("consent-2"), Id("college")}};  // corroborated, its time has come, the receiver is back
  const int asked = consent_.calls;
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(consent_.calls, asked) << "it is not asked about all the time";
  clock_.Advance(kLeftOutPause);
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(Stored(sent).consent_id(), Id("consent-2"));
  EXPECT_EQ(RowsUnder('w'), 0) << "nothing waits any more";
}

TEST_F(RenewedConsent, IsNotLookedAtAgainForWhatIsOver) {
  const std::string sent = Made();
  consent_.permits.clear();
  Renew("consent-1", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(RowsUnder('w'), 1);
  Moved("jobcentre", sent, REFERRAL_ACTION_WITHDRAW);
  clock_.Advance(kLeftOutPause);
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(RowsUnder('w'), 0);
}

TEST_F(RenewedConsent, IsNotLookedAtAgainOnceItHasExpiredUntilItIsRenewedItself) {
  const std::string sent = Made();
  consent_.permits.clear();
  Renew("consent-1", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  TellConsent("consent-2", "EXPIRED");
  const int asked = consent_.calls;
  clock_.Advance(kLeftOutPause);
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(consent_.calls, asked);
  EXPECT_EQ(RowsUnder('w'), 0);
  EXPECT_EQ(StateNow(sent), "SENT") << "nobody said no";
  consent_.permits = {{Id("consent-3"), Id("college")}};
  Renew("consent-2", "consent-3");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(Stored(sent).consent_id(), Id("consent-3"));
}

TEST_F(RenewedConsent, ThatExpiredAndIsWithdrawnAfterAllEndsWhatItLeftOut) {
  const std::string sent = Made();
  consent_.permits.clear();
  Renew("consent-1", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  TellConsent("consent-2", "EXPIRED");
  clock_.Advance(kLeftOutPause);
  EXPECT_EQ(GoThroughEndedBases(), 0);
  TellConsent("consent-2", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(StateNow(sent), "CANCELLED_BY_PERSON");
}

TEST_F(RenewedConsent, ThatIsWithdrawnEndsWhatItLeftOut) {
  const std::string sent = Made();
  consent_.permits.clear();
  Renew("consent-1", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  TellConsent("consent-2", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(StateNow(sent), "CANCELLED_BY_PERSON");
}

TEST_F(RenewedConsent, ThatIsRenewedItselfTakesInWhatItLeftOut) {
  const std::string sent = Made();
  consent_.permits = {{Id("consent-3"), Id("college")}};
  Renew("consent-1", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  Renew("consent-2", "consent-3");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(Stored(sent).consent_id(), Id("consent-3"));
}

TEST_F(RenewedConsent, WaitsWhereTheNewOneWasSupersededByOneNotToldOfYet) {
  const std::string sent = Made();
  consent_.permits = {{Id("consent-3"), Id("college")}};
  Renew("consent-1", "consent-2");
  TellConsent("consent-2", "SUPERSEDED");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(StateNow(sent), "SENT");
  TellConsent("consent-3", "GIVEN", "consent-2");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  EXPECT_EQ(Stored(sent).consent_id(), Id("consent-3"));
}

TEST_F(RenewedConsent, UntilItsSuccessorIsToldOfASupersededOneEndsNothingAndPermitsNothing) {
  const std::string id = Made();
  TellConsent("consent-1", "SUPERSEDED");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(StateNow(id), "SENT");
  EXPECT_EQ(status::ReasonOf(Move("college", id, REFERRAL_ACTION_ACCEPT).status()), "NO_BASIS");
}

TEST_F(RenewedConsent, BringsNothingBackThatEndedWithAWithdrawal) {
  const std::string id = InProgress();
  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedBases(), 1);
  consent_.permits.insert({Id("consent-2"), Id("college")});
  TellConsent("consent-2", "GIVEN", "consent-1");
  EXPECT_EQ(GoThroughEndedBases(), 0);
  EXPECT_EQ(Stored(id).consent_id(), Id("consent-1"));
}

TEST_F(RenewedConsent, OneReferralThatCannotBeAskedAboutHoldsUpNoOther) {
  const std::string ada = Made();
  CreateReferralRequest for_ben = Request();
  for_ben.set_person_ref(Ref("jobcentre", "ben"));
  const std::string ben = Create(for_ben)->referral_id();
  consent_.permits = {{Id("consent-2"), Id("college")}};
  for (const std::string stuck : {"ada", "ben"}) {  // whichever comes first
    consent_.fails_for = {Id(stuck)};
    Renew("consent-1", "consent-2");
    GoThroughEndedBases();
    const std::string& other = stuck == "ada" ? ben : ada;
    EXPECT_EQ(Stored(other).consent_id(), Id("consent-2"));
  }
  EXPECT_GE(ended_bases_.failures(), 1);
  consent_.fails_for.clear();
  GoThroughEndedBases();
  EXPECT_EQ(Stored(ada).consent_id(), Id("consent-2"));
  EXPECT_EQ(Stored(ben).consent_id(), Id("consent-2"));
  EXPECT_EQ(RowsUnder('w'), 0);
}

TEST_F(RenewedConsent, WaitsWhileTheConsentServiceIsDownAndWithdrawalsDoNot) {
  const std::string ada = Made();
  CreateReferralRequest for_ben = Request();
  for_ben.set_person_ref(Ref("jobcentre", "ben"));
  for_ben.set_consent_id(Id("consent-3"));
  consent_.permits = {{Id("consent-3"), Id("college")}};
  const std::string ben = Create(for_ben)->referral_id();
  consent_.permits = {{Id("consent-2"), Id("college")}};
  Renew("consent-1", "consent-2");
  TellConsent("consent-3", "WITHDRAWN");
  consent_.down = true;
  GoThroughEndedBases();
  EXPECT_EQ(Stored(ada).consent_id(), Id("consent-1"));
  EXPECT_EQ(StateNow(ben), "CANCELLED_BY_PERSON");
  consent_.down = false;
  GoThroughEndedBases();
  EXPECT_EQ(Stored(ada).consent_id(), Id("consent-2"));
}

TEST_F(EndedBasis, StartsNothingThoughItsWithdrawalIsStillOnItsWay) {
  const std::string id = Accepted();
  consent_.permits.clear();
  EXPECT_EQ(status::ReasonOf(Move("college", id, REFERRAL_ACTION_START).status()), "NO_BASIS");
  EXPECT_EQ(StateNow(id), "ACCEPTED");
}

TEST_F(EndedBasis, IsNotOneWhoseReadsAreUsedUp) {
  const std::string id = Accepted();
  consent_.permits.clear();
  consent_.used_up = {{Id("consent-1"), Id("college")}};
  Moved("college", id, REFERRAL_ACTION_START);
  EXPECT_EQ(StateNow(id), "IN_PROGRESS");
}

}  // namespace
}  // namespace nwd::referral
