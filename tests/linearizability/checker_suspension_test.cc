// The checker, on histories of suspensions and resumptions: the order of those that race is that of the revisions that
// were answered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linearizability/hand_made.h"

namespace nwd::linearizability {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Given at revision 2; suspended at 3, resumed at 4.
const Operation kSuspended3 = At(3, Act::kSuspend, 30, 40);
const Operation kResumed4 = At(4, Act::kResume, 50, 60);

TEST(Checker, APermitBetweenASuspensionAndItsResumptionIsIllegal) {
  for (const Act act : {Act::kCheck, Act::kRead}) {
    EXPECT_THAT(Wrong({kGiven, kSuspended3, Done(act, 41, 49), kResumed4}), ElementsAre(2)) << RowOf(act).name;
    EXPECT_THAT(Wrong({kGiven, kSuspended3, Done(act, 41, 49)}), ElementsAre(2)) << RowOf(act).name;
    EXPECT_THAT(Wrong({kGiven, kSuspended3, Done(act, 40, 49), kResumed4}), IsEmpty()) << "began before the answer";
    EXPECT_THAT(Wrong({kGiven, kSuspended3, Done(act, 41, 50), kResumed4}), IsEmpty()) << "ended after it was resumed";
  }
  EXPECT_THAT(Wrong({kGiven, kSuspended3, At(2, Act::kLook, 41, 49), kResumed4}), ElementsAre(2));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, At(2, Act::kLook, 40, 49), kResumed4}), IsEmpty());
}

TEST(Checker, ADenialAfterTheAnswerToAResumptionIsIllegal) {
  const auto denied = [](int64_t began, int64_t ended) { return Done(Act::kCheck, began, ended, Outcome::kNo); };
  EXPECT_THAT(Wrong({kGiven, denied(21, 29), kSuspended3, kResumed4}), ElementsAre(1));
  EXPECT_THAT(Wrong({kGiven, denied(21, 30), kSuspended3, kResumed4}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, kResumed4, denied(60, 70)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, kResumed4, denied(61, 70)}), ElementsAre(3));
}

TEST(Checker, WhichOfThoseThatRaceCameLastTheirRevisionsSay) {
  const Operation permitted = Done(Act::kCheck, 100, 110), denied = Done(Act::kCheck, 100, 110, Outcome::kNo);
  // Resumed, then suspended again, though the resumption's answer came last.
  const Operation resumed = At(4, Act::kResume, 45, 90), again = At(5, Act::kSuspend, 50, 60);
  EXPECT_THAT(Wrong({kGiven, kSuspended3, resumed, again, permitted}), ElementsAre(4));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, resumed, again, denied}), IsEmpty());
  // Suspended when it was suspended already, then resumed, though the suspension's answer came last.
  const Operation stood = At(3, Act::kSuspend, 45, 90), then = At(4, Act::kResume, 50, 60);
  EXPECT_THAT(Wrong({kGiven, kSuspended3, stood, then, permitted}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, stood, then, denied}), ElementsAre(4));
}

TEST(Checker, ASuspensionWhoseAnswerWasLostMayOrMayNotHaveHappened) {
  const Operation lost = Lost(Act::kSuspend, 30);
  EXPECT_THAT(Wrong({kGiven, lost, Done(Act::kCheck, 100, 110), Done(Act::kCheck, 120, 130, Outcome::kNo)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, lost, Done(Act::kCheck, 21, 29, Outcome::kNo)}), ElementsAre(2)) << "before it";
}

TEST(Checker, ASuspensionThatWasSeenStaysUntilItIsResumed) {
  const Operation lost = Lost(Act::kSuspend, 30), seen = At(3, Act::kLook, 40, 50, Outcome::kSuspended);
  const Operation permitted = Done(Act::kCheck, 51, 60);
  EXPECT_THAT(Wrong({kGiven, lost, seen, permitted}), ElementsAre(3));
  EXPECT_THAT(Wrong({kGiven, lost, seen, Done(Act::kCheck, 50, 60)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, lost, seen, permitted, At(4, Act::kResume, 60, 70)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, lost, seen, permitted, At(4, Act::kResume, 61, 70)}), ElementsAre(3));
}

TEST(Checker, WhatNobodySuspendedIsNotSeenSuspended) {
  const Operation seen = At(3, Act::kLook, 40, 50, Outcome::kSuspended);
  EXPECT_THAT(Wrong({kGiven, seen}), ElementsAre(1));
  EXPECT_THAT(Wrong({kGiven, seen, At(3, Act::kSuspend, 51, 60)}), ElementsAre(1));
  EXPECT_THAT(Wrong({kGiven, seen, At(3, Act::kSuspend, 50, 60)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, kResumed4, At(3, Act::kLook, 61, 70, Outcome::kSuspended)}), ElementsAre(3));
}

TEST(Checker, AResumptionWhoseAnswerWasLostMayOrMayNotHaveHappened) {
  Operation lost = Lost(Act::kResume, 50);
  lost.rank = 4;
  const Operation permitted = Done(Act::kCheck, 100, 110), denied = Done(Act::kCheck, 120, 130, Outcome::kNo);
  EXPECT_THAT(Wrong({kGiven, kSuspended3, lost, permitted, denied}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, lost, At(4, Act::kSuspend, 55, 65), permitted}), ElementsAre(4))
      << "another act made the revision that it would have made";
  EXPECT_THAT(Wrong({kGiven, kSuspended3, lost, At(4, Act::kLook, 80, 90), denied}), ElementsAre(4)) << "it was seen";
}

TEST(Checker, AResumptionIsRefusedOnlyWhereSomethingCameBetween) {
  const Operation refused = At(4, Act::kResume, 50, 60, Outcome::kNo);
  EXPECT_THAT(Wrong({kGiven, kSuspended3, refused}), ElementsAre(2));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, refused, At(4, Act::kResume, 45, 55)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, refused, At(4, Act::kSuspend, 60, 70)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, refused, At(4, Act::kSuspend, 61, 70)}), ElementsAre(2));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, refused, Lost(Act::kSuspend, 45)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, refused, Done(Act::kWithdraw, 55, 65)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, refused, Done(Act::kCheck, 61, 70)}), ElementsAre(2, 3))
      << "it had no effect";
}

TEST(Checker, OneRevisionIsMadeOnce) {
  EXPECT_THAT(Wrong({kGiven, kSuspended3, At(4, Act::kResume, 50, 60), At(4, Act::kResume, 55, 65)}),
              ElementsAre(2, 3));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, At(3, Act::kLook, 35, 45)}), ElementsAre(2)) << "suspended, and not";
  EXPECT_THAT(Wrong({kGiven, kSuspended3, At(3, Act::kSuspend, 41, 45)}), IsEmpty()) << "it stood already";
}

TEST(Checker, NoAnswerNamesARevisionThatIsOver) {
  EXPECT_THAT(Wrong({kGiven, kSuspended3, kResumed4, At(3, Act::kSuspend, 61, 70)}), ElementsAre(3));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, kResumed4, At(3, Act::kSuspend, 60, 70)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, kSuspended3, At(5, Act::kSuspend, 41, 45), kResumed4}), ElementsAre(3));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, At(4, Act::kSuspend, 41, 45), At(5, Act::kResume, 50, 60)}), IsEmpty());
}

TEST(Checker, ASuspensionIsRefusedOnlyBeforeItWasGivenOrAfterItsEnd) {
  const Operation refused = At(kFinalRank, Act::kSuspend, 50, 60, Outcome::kNo);
  EXPECT_THAT(Wrong({kGiven, refused}), ElementsAre(1));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, refused}), ElementsAre(2)) << "what is suspended can be suspended";
  EXPECT_THAT(Wrong({kGiven, Done(Act::kWithdraw, 30, 40), refused}), IsEmpty());
  EXPECT_THAT(Wrong({At(kFinalRank, Act::kSuspend, 1, 5, Outcome::kNo), kGiven}), IsEmpty());
}

TEST(Checker, NothingIsSuspendedOrResumedAfterAWithdrawal) {
  const Operation withdrawn = Done(Act::kWithdraw, 41, 45);
  EXPECT_THAT(Wrong({kGiven, kSuspended3, withdrawn, kResumed4}), ElementsAre(3));
  EXPECT_THAT(Wrong({kGiven, kSuspended3, withdrawn, At(3, Act::kSuspend, 46, 50)}), ElementsAre(3));
}

TEST(Checker, ASuspensionStandsInTheWayOfNoWithdrawalAndNoReferral) {
  EXPECT_THAT(Wrong({kGiven, kSuspended3, Done(Act::kWithdraw, 50, 60, Outcome::kNo)}), ElementsAre(2));
  const Operation suspended = At(3, Act::kSuspend, 30, 40, Outcome::kYes, kScoped);
  const Operation opened = Moved(Act::kOpen, 1, 50, 60), read = Done(Act::kRead, 70, 80, Outcome::kYes, kScoped);
  EXPECT_THAT(Wrong({kScopedGiven, suspended, opened}), IsEmpty());
  EXPECT_THAT(Wrong({kScopedGiven, suspended, Moved(Act::kOpen, 1, 50, 60, Outcome::kNo)}), ElementsAre(2));
  EXPECT_THAT(Wrong({kScopedGiven, suspended, opened, read}), ElementsAre(3)) << "open, and suspended";
  EXPECT_THAT(Wrong({kScopedGiven, suspended, opened, read, At(4, Act::kResume, 61, 69, Outcome::kYes, kScoped)}),
              IsEmpty());
}

}  // namespace
}  // namespace nwd::linearizability
