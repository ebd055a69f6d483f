// What happens to referrals as time passes, without a call.
#include "services/referral/keys.h"
#include "tests/services/referral/office.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: actions and reasons

using Timers = Office;

TEST_F(Timers, AnUndecidedReferralIsRemindedOfAndExpiresAfterTenWorkingDays) {
  const std::string id = Made();
  PassWorkingDays(7);
  EXPECT_EQ(JanitorRound(), 0);
  PassWorkingDays(1);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(EventsSeen("college", id).back(), "NUDGE");
  EXPECT_EQ(Changes().back(), "NUDGE SENT→SENT");
  PassWorkingDays(1);
  EXPECT_EQ(JanitorRound(), 0) << "once";
  PassWorkingDays(1);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "EXPIRED");
  EXPECT_EQ(PlacesHeld("esol"), 0);
  EXPECT_EQ(JanitorRound(), 0);
}

TEST_F(Timers, AReminderLeavesTheEtagThatIsBuiltOn) {
  const std::string id = Made();
  const TransitionReferralRequest accept = MoveRequest(id, REFERRAL_ACTION_ACCEPT);
  PassWorkingDays(8);
  EXPECT_EQ(JanitorRound(), 1);
  const auto accepted = Move("college", accept);
  EXPECT_TRUE(accepted.ok()) << accepted.status();
}

TEST_F(Timers, TheTimeAQuestionIsOpenDoesNotCount) {
  const std::string id = Made();
  PassWorkingDays(4);
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "?");
  PassWorkingDays(7);
  EXPECT_EQ(JanitorRound(), 0);
  Moved("jobcentre", id, REFERRAL_ACTION_ANSWER, REFERRAL_REASON_UNSPECIFIED, "!");
  PassWorkingDays(4);
  EXPECT_EQ(JanitorRound(), 1) << "reminded";
  PassWorkingDays(1);
  EXPECT_EQ(JanitorRound(), 0);
  PassWorkingDays(1);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "EXPIRED");
}

TEST_F(Timers, AnUnansweredQuestionExpiresAfterItsReminder) {
  const std::string id = Made();
  Moved("college", id, REFERRAL_ACTION_ASK, REFERRAL_REASON_UNSPECIFIED, "?");
  PassWorkingDays(8);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "INFO_REQUESTED");
  EXPECT_EQ(EventsSeen("jobcentre", id).back(), "NUDGE");
  PassWorkingDays(2);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "EXPIRED");
}

TEST_F(Timers, NothingExpiresUnremindedThoughTheSuiteWasAway) {
  const std::string id = Made();
  PassWorkingDays(20);
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "SENT");
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(StateNow(id), "EXPIRED");
}

TEST_F(Timers, OneReferralThatCannotBeMovedHoldsUpNoOther) {
  const std::string broken = Made(/*send=*/false);
  clock_.Advance(absl::Seconds(1));
  const std::string sound = Made(/*send=*/false);
  const std::string key = keys::Referral(broken);
  std::string kept;
  auto spoil = [&](store::Txn& txn) -> absl::Status {
    const absl::Status read = txn.Get(key, &kept).status();
    txn.Put(key, "no referral");
    return read;
  };
  ASSERT_TRUE(async::BlockOn(store_.Update(spoil)).ok());
  clock_.Advance(CalendarDays(Times().draft_kept_calendar_days));
  EXPECT_EQ(JanitorRound(), 1);
  EXPECT_EQ(See("jobcentre", sound).status(), status::Denied());
  EXPECT_EQ(janitor_.failures(), 1);
  auto mend = [&](store::Txn& txn) -> absl::Status {
    txn.Put(key, kept);
    return absl::OkStatus();
  };
  ASSERT_TRUE(async::BlockOn(store_.Update(mend)).ok());
  EXPECT_EQ(JanitorRound(), 1) << "it was kept waiting";
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
  clock_.Advance(CalendarDays(Times().draft_kept_calendar_days) - absl::Seconds(1));
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
  clock_.Advance(CalendarDays(Times().draft_kept_calendar_days));
  EXPECT_EQ(JanitorRound(), kTimersPerRound + 20);
}

}  // namespace
}  // namespace nwd::referral
