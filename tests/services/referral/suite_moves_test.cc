// What happens without a call: consents that end, and time that passes.
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

using EndedConsent = Office;

TEST_F(EndedConsent, CancelsWhatHasNotStartedAndReleasesItsPlace) {
  const std::string sent = Made();
  CreateReferralRequest for_ben = Request();
  for_ben.set_person_ref(Ref("jobcentre", "ben"));
  const std::string accepted = Create(for_ben)->referral_id();
  Moved("college", accepted, REFERRAL_ACTION_ACCEPT);
  const std::string draft = Made(/*send=*/false);

  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedConsents(), 3);
  for (const std::string& id : {sent, accepted, draft}) {
    EXPECT_EQ(StateNow(id), "CANCELLED_BY_PERSON");
    EXPECT_EQ(Stored(id).reason(), REFERRAL_REASON_CONSENT_WITHDRAWN);
  }
  EXPECT_EQ(PlacesHeld("esol"), 0);
  EXPECT_EQ(See("jobcentre", sent)->state(), REFERRAL_STATE_CANCELLED_BY_PERSON);
}

TEST_F(EndedConsent, LeavesACourseThatHasStartedAndEndsAccess) {
  const std::string id = InProgress();
  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedConsents(), 1);
  EXPECT_EQ(StateNow(id), "IN_PROGRESS");
  EXPECT_EQ(EventsSeen("college", id).back(), "ACCESS_ENDED");
  EXPECT_EQ(PlacesHeld("esol"), 1) << "the course goes on";
  EXPECT_EQ(See("college", id)->notes(), "");
  Moved("college", id, REFERRAL_ACTION_HOLD, REFERRAL_REASON_MOVED);
}

TEST_F(EndedConsent, ToldTwiceChangesNothingMore) {
  const std::string id = InProgress();
  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedConsents(), 1);
  TellConsent("consent-1", "WITHDRAWN");
  TellConsent("consent-1", "EXPIRED");
  EXPECT_EQ(GoThroughEndedConsents(), 0);
  EXPECT_EQ(Stored(id).sequence(), 5);
}

TEST_F(EndedConsent, OtherConsentsAndOtherStatesChangeNothing) {
  const std::string id = Made();
  TellConsent("consent-2", "WITHDRAWN");
  TellConsent("consent-1", "GIVEN");
  TellConsent("consent-1", "SUSPENDED");
  EXPECT_EQ(GoThroughEndedConsents(), 0);
  EXPECT_EQ(StateNow(id), "SENT");
}

TEST_F(EndedConsent, IsRememberedThoughNoReferralRestsOnItYet) {
  const std::string draft = Made(/*send=*/false);
  TellConsent("consent-1", "REVOKED");  // the follower was faster than the answer of the check
  EXPECT_EQ(status::ReasonOf(Move("jobcentre", draft, REFERRAL_ACTION_SEND).status()), "NO_BASIS");
}

TEST_F(EndedConsent, WhatIsOverStaysAsItIs) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_RISK);
  TellConsent("consent-1", "WITHDRAWN");
  EXPECT_EQ(GoThroughEndedConsents(), 0);
  EXPECT_EQ(StateNow(id), "DECLINED");
}

TEST_F(EndedConsent, AnErasedPersonsTextsCanNeverBeReadAgain) {
  const std::string id = Made();
  EXPECT_EQ(See("jobcentre", id)->notes(), "speaks Tigrinya at home");
  common::v1::Change change;
  change.mutable_person()->set_person_id(Id("ada"));
  change.mutable_person()->set_type(common::v1::PersonChange::TYPE_ERASED);
  auto body = [&](store::Txn& txn) { return EndedConsents::Apply(txn, change); };
  ASSERT_TRUE(async::BlockOn(store_.Update(body)).ok());
  GoThroughEndedConsents();
  EXPECT_EQ(See("jobcentre", id)->notes(), "");
}

using Timers = Office;

TEST_F(Timers, AnUndecidedReferralExpiresAfterTenWorkingDays) {
  const std::string id = Made();
  PassWorkingDays(9);
  EXPECT_EQ(JanitorRound(), 0);
  PassWorkingDays(1);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "EXPIRED");
  EXPECT_EQ(PlacesHeld("esol"), 0);
  EXPECT_EQ(JanitorRound(), 0);
}

TEST_F(Timers, TheTimeAQuestionIsOpenDoesNotCount) {
  const std::string id = Made();
  PassWorkingDays(4);
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "?");
  PassWorkingDays(8);
  EXPECT_EQ(JanitorRound(), 0);
  Moved("jobcentre", id, REFERRAL_ACTION_ANSWER, REFERRAL_REASON_UNSPECIFIED, "!");
  PassWorkingDays(5);
  EXPECT_EQ(JanitorRound(), 0);
  PassWorkingDays(1);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "EXPIRED");
}

TEST_F(Timers, AnUnansweredQuestionExpires) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "?");
  PassWorkingDays(10);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "EXPIRED");
}

TEST_F(Timers, WhatWasTakenOnDoesNotExpire) {
  const std::string id = Accepted();
  PassWorkingDays(200);
  EXPECT_EQ(JanitorRound(), 0);
  EXPECT_EQ(StateNow(id), "ACCEPTED");
}

TEST_F(Timers, AnEndNobodyAcknowledgesIsClosed) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_DECLINE, REFERRAL_REASON_RISK);
  PassWorkingDays(10);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "CLOSED");
  EXPECT_EQ(Stored(id).reason(), REFERRAL_REASON_RISK) << "why it ended is still known";
}

TEST_F(Timers, ADraftIsSweptAwayWithEverythingItHad) {
  const std::string id = Made(/*send=*/false);
  AddNoteRequest note;
  note.set_referral_id(id);
  note.set_text("to be finished");
  ASSERT_TRUE(Call("jobcentre", referrals_, &ReferralService::AddNote, note).ok());
  clock_.Advance(kDraftKept - absl::Seconds(1));
  EXPECT_EQ(JanitorRound(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(See("jobcentre", id).status(), status::Denied());
  EXPECT_EQ(Changes().back(), "SWEEP DRAFT→");
  int rows = 0;
  auto body = [&](const store::Reader& reader) {
    return reader.Scan({}, store::Direction::kForward, [&](std::string_view, std::string_view) {
      ++rows;
      return store::Visit::kContinue;
    });
  };
  ASSERT_TRUE(async::BlockOn(store_.View(body)).ok());
  EXPECT_EQ(rows, 0);
}

TEST_F(Timers, ManyAreMovedInOneRound) {
  for (int i = 0; i < kTimersPerRound + 20; ++i) Made(/*send=*/false);
  clock_.Advance(kDraftKept);
  EXPECT_EQ(JanitorRound(), kTimersPerRound + 20);
}

}  // namespace
}  // namespace nwd::referral
