// The checker itself, on histories written by hand: those that cannot be must be found, those that can be must pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/linearizability/checker.h"
#include "tests/linearizability/hand_made.h"

namespace nwd::linearizability {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Checker, EveryActHasItsRow) {
  for (const Act act : {Act::kGive, Act::kWithdraw, Act::kSuspend, Act::kResume, Act::kOpen, Act::kClose, Act::kCheck,
                        Act::kRead, Act::kLook}) {
    EXPECT_EQ(RowOf(act).act, act);
  }
}

TEST(Checker, NothingIsWrongWithNothing) { EXPECT_THAT(Wrong({}), IsEmpty()); }

// ---- standing consents: given and withdrawn

TEST(Checker, APermitThatBeganAfterTheAnswerToAWithdrawalIsIllegal) {
  for (const Act act : {Act::kCheck, Act::kRead, Act::kLook}) {
    EXPECT_THAT(Wrong({kGiven, Done(Act::kWithdraw, 30, 40), Done(act, 41, 50)}), ElementsAre(2)) << RowOf(act).name;
  }
}

TEST(Checker, APermitThatOverlapsAWithdrawalIsLegal) {
  EXPECT_THAT(Wrong({kGiven, Done(Act::kWithdraw, 30, 40), Done(Act::kCheck, 40, 50)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, Done(Act::kWithdraw, 30, 40), Done(Act::kRead, 25, 100)}), IsEmpty());
}

TEST(Checker, APermitBeforeAnythingWasGivenIsIllegal) {
  EXPECT_THAT(Wrong({Done(Act::kCheck, 1, 9), kGiven}), ElementsAre(0));
  EXPECT_THAT(Wrong({Done(Act::kCheck, 1, 10), kGiven}), IsEmpty());
}

TEST(Checker, ADenialWhileItWasSurelyGivenIsIllegal) {
  EXPECT_THAT(Wrong({kGiven, Done(Act::kCheck, 21, 30, Outcome::kNo)}), ElementsAre(1));
  EXPECT_THAT(Wrong({kGiven, Done(Act::kCheck, 20, 30, Outcome::kNo)}), IsEmpty()) << "may not be given yet";
  EXPECT_THAT(Wrong({kGiven, Done(Act::kCheck, 21, 30, Outcome::kNo), Done(Act::kWithdraw, 30, 40)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, Done(Act::kCheck, 21, 29, Outcome::kNo), Done(Act::kWithdraw, 30, 40)}), ElementsAre(1));
}

TEST(Checker, AWithdrawalWhoseAnswerWasLostMayOrMayNotHaveHappened) {
  EXPECT_THAT(
      Wrong({kGiven, Lost(Act::kWithdraw, 30), Done(Act::kCheck, 100, 110), Done(Act::kCheck, 120, 130, Outcome::kNo)}),
      IsEmpty());
}

TEST(Checker, AWithdrawalThatWasSeenStaysThoughItsAnswerWasLost) {
  const Operation lost = Lost(Act::kWithdraw, 30);
  const Operation seen = Done(Act::kLook, 40, 50, Outcome::kEnded);
  EXPECT_THAT(Wrong({kGiven, lost, seen, Done(Act::kCheck, 51, 60)}), ElementsAre(3));
  EXPECT_THAT(Wrong({kGiven, lost, seen, Done(Act::kCheck, 50, 60)}), IsEmpty());
}

TEST(Checker, WhatNobodyWithdrewIsNotSeenWithdrawn) {
  EXPECT_THAT(Wrong({kGiven, Done(Act::kLook, 40, 50, Outcome::kEnded)}), ElementsAre(1));
  EXPECT_THAT(Wrong({kGiven, Done(Act::kLook, 40, 50, Outcome::kEnded), Done(Act::kWithdraw, 51, 60)}), ElementsAre(1));
}

TEST(Checker, AWithdrawalIsRefusedOnlyBeforeItWasGiven) {
  EXPECT_THAT(Wrong({kGiven, Done(Act::kWithdraw, 15, 18, Outcome::kNo)}), IsEmpty());
  EXPECT_THAT(Wrong({kGiven, Done(Act::kWithdraw, 21, 30, Outcome::kNo)}), ElementsAre(1));
}

TEST(Checker, ARefusedWithdrawalHasNoEffect) {
  EXPECT_THAT(Wrong({Done(Act::kWithdraw, 1, 5, Outcome::kNo), kGiven, Done(Act::kCheck, 30, 40)}), IsEmpty());
}

// ---- referral-scoped consents: opened and closed

TEST(Checker, APermitWithoutAReferralThatCanBeOpenIsIllegal) {
  const Operation check = Done(Act::kCheck, 50, 60, Outcome::kYes, kScoped);
  EXPECT_THAT(Wrong({kScopedGiven, check}), ElementsAre(1));
  EXPECT_THAT(Wrong({kScopedGiven, check, Moved(Act::kOpen, 1, 61, 70)}), ElementsAre(1));
  EXPECT_THAT(Wrong({kScopedGiven, check, Moved(Act::kOpen, 1, 60, 70)}), IsEmpty());
  EXPECT_THAT(Wrong({kScopedGiven, check, Lost(Act::kOpen, 30, kScoped)}), IsEmpty());
  EXPECT_THAT(Wrong({kScopedGiven, check, Moved(Act::kOpen, 1, 30, 40, Outcome::kNo)}), ElementsAre(1, 2));
}

TEST(Checker, APermitAfterTheAnswerToAClosingIsIllegal) {
  const Operation open = Moved(Act::kOpen, 1, 30, 40), close = Moved(Act::kClose, 2, 50, 60);
  EXPECT_THAT(Wrong({kScopedGiven, open, close, Done(Act::kRead, 61, 70, Outcome::kYes, kScoped)}), ElementsAre(3));
  EXPECT_THAT(Wrong({kScopedGiven, open, close, Done(Act::kRead, 60, 70, Outcome::kYes, kScoped)}), IsEmpty());
}

TEST(Checker, AnOpeningThatComesLateOpensNothing) {
  // It was sent before the closing and its answer was lost; the closing, of a higher number, was answered.
  EXPECT_THAT(Wrong({kScopedGiven, Moved(Act::kOpen, 1, 30, 0, Outcome::kUnknown), Moved(Act::kClose, 2, 50, 60),
                     Done(Act::kCheck, 61, 70, Outcome::kYes, kScoped)}),
              ElementsAre(3));
  const Operation open = Moved(Act::kOpen, 1, 30, 40), close = Moved(Act::kClose, 2, 50, 60);
  EXPECT_THAT(Wrong({kScopedGiven, open, close, Moved(Act::kOpen, 1, 70, 80)}), ElementsAre(3));
  EXPECT_THAT(Wrong({kScopedGiven, open, close, Moved(Act::kOpen, 1, 70, 80, Outcome::kNo)}), IsEmpty());
  EXPECT_THAT(Wrong({kScopedGiven, open, close, Moved(Act::kOpen, 3, 70, 80, Outcome::kNo)}), ElementsAre(3));
}

TEST(Checker, AnotherReferralKeepsAccessOpen) {
  const Operation first = Moved(Act::kOpen, 1, 30, 40, Outcome::kYes, 0);
  const Operation second = Moved(Act::kOpen, 1, 30, 40, Outcome::kYes, 1);
  const Operation closed = Moved(Act::kClose, 2, 50, 60, Outcome::kYes, 0);
  const Operation denied = Done(Act::kCheck, 70, 80, Outcome::kNo, kScoped);
  EXPECT_THAT(Wrong({kScopedGiven, first, second, closed, denied}), ElementsAre(4));
  EXPECT_THAT(Wrong({kScopedGiven, first, closed, denied}), IsEmpty());
  EXPECT_THAT(Wrong({kScopedGiven, first, second, closed, Lost(Act::kWithdraw, 65, kScoped), denied}), IsEmpty());
}

TEST(Checker, NothingOpensOnAWithdrawnConsent) {
  const Operation withdrawn = Done(Act::kWithdraw, 30, 40, Outcome::kYes, kScoped);
  EXPECT_THAT(Wrong({kScopedGiven, withdrawn, Moved(Act::kOpen, 1, 50, 60)}), ElementsAre(2));
  EXPECT_THAT(Wrong({kScopedGiven, withdrawn, Moved(Act::kOpen, 1, 50, 60, Outcome::kNo)}), IsEmpty());
}

TEST(Checker, BothGatesMustBeOpenAtOneMoment) {
  // Opened only after the answer to the withdrawal: at no moment were both, though each was during the call.
  EXPECT_THAT(
      Wrong({kScopedGiven, Moved(Act::kOpen, 1, 50, 60, Outcome::kUnknown),
             Done(Act::kWithdraw, 30, 40, Outcome::kYes, kScoped), Done(Act::kCheck, 25, 70, Outcome::kYes, kScoped)}),
      ElementsAre(3));
}

TEST(Checker, AClosingIsNeverRefused) {
  EXPECT_THAT(Wrong({kScopedGiven, Moved(Act::kClose, 2, 30, 40, Outcome::kNo)}), ElementsAre(1));
}

// ---- what it tells

TEST(Checker, SaysWhatCannotBeAndWhatWasDoneAroundIt) {
  const Verdict verdict = Judge({{true}, {kGiven, Done(Act::kWithdraw, 30, 40), Done(Act::kRead, 41, 50)}});
  ASSERT_EQ(verdict.violations.size(), 1u);
  EXPECT_THAT(verdict.violations[0].why, HasSubstr("read of consent 0 (standing) from 41 to 50 ns"));
  EXPECT_THAT(verdict.violations[0].why, HasSubstr("withdraw referral 0"));
}

TEST(Checker, CountsTheAnswersThatHadNoAlternative) {
  const Verdict verdict =
      Judge({{true},
             {kGiven, Done(Act::kCheck, 21, 25), Done(Act::kWithdraw, 30, 40), Done(Act::kCheck, 35, 36),
              Done(Act::kCheck, 41, 45, Outcome::kNo), Done(Act::kRead, 46, 47, Outcome::kNo)}});
  EXPECT_THAT(verdict.violations, IsEmpty());
  EXPECT_EQ(verdict.only_permit, 1);
  EXPECT_EQ(verdict.only_denial, 2);
}

TEST(Checker, CountsReadsBetweenThoseAnsweredAndThoseAttempted) {
  const auto reads = ReadsByConsent(
      {{true, false},
       {Done(Act::kRead, 1, 2), Done(Act::kRead, 3, 4, Outcome::kNo), Lost(Act::kRead, 5), Done(Act::kCheck, 6, 7)}});
  EXPECT_EQ(reads[kStanding].answered, 1);
  EXPECT_EQ(reads[kStanding].attempted, 2);
  EXPECT_EQ(reads[kScoped].attempted, 0);
}

}  // namespace
}  // namespace nwd::linearizability
