// The table against itself, against its document, and every state, action and actor against Plan.
#include "services/referral/transitions.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/referral/plan.h"
#include "services/referral/times.h"
#include "services/referral/tools/print_table.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

template <class Use>
void ForEveryState(Use use) {
  for (int number = v1::ReferralState_MIN + 1; number <= v1::ReferralState_MAX; ++number)
    use(static_cast<ReferralState>(number));
}
template <class Use>
void ForEveryAction(Use use) {
  for (int number = v1::ReferralAction_MIN + 1; number <= v1::ReferralAction_MAX; ++number)
    use(static_cast<ReferralAction>(number));
}

TEST(Transitions, NoTwoRowsShareAStateAnActionAndAnActor) {
  for (const Row& a : Table()) {
    for (const Row& b : Table()) {
      if (&a == &b || a.action != b.action) continue;
      EXPECT_FALSE(a.from.Meets(b.from) && a.by.Meets(b.by))
          << ActionWord(a.action) << " from " << StateWords(a.from & b.from);
    }
  }
}

TEST(Transitions, EveryRowThatLeavesTheOpenStatesReleasesThePlace) {
  for (const Row& row : Table()) {
    if (row.from.Meets(kOpen) && row.to != v1::REFERRAL_STATE_UNSPECIFIED && !kOpen.Has(row.to)) {
      EXPECT_TRUE(row.effects.Has(Effect::kReleasePlace)) << ActionWord(row.action) << " → " << StateWord(row.to);
    }
  }
}

TEST(Transitions, EveryRowThatLeavesTheTakenOnStatesClosesAccess) {
  for (const Row& row : Table()) {
    if (row.from.Meets(kTakenOn) && row.to != v1::REFERRAL_STATE_UNSPECIFIED && !kTakenOn.Has(row.to)) {
      EXPECT_TRUE(row.effects.Has(Effect::kCloseGrant)) << ActionWord(row.action) << " → " << StateWord(row.to);
    }
  }
}

TEST(Transitions, AccessOpensOnlyOnAcceptAndEveryAcceptanceAsksTheConsentAgain) {
  for (const Row& row : Table()) {
    EXPECT_EQ(row.effects.Has(Effect::kOpenGrant), row.action == v1::REFERRAL_ACTION_ACCEPT) << ActionWord(row.action);
  }
  for (const ReferralAction action :
       {v1::REFERRAL_ACTION_SEND, v1::REFERRAL_ACTION_ACCEPT, v1::REFERRAL_ACTION_REOPEN}) {
    for (const Row& row : Table()) {
      if (row.action != action) continue;
      EXPECT_TRUE(row.guards.Holds({Guard::kBasisPermits, Guard::kServiceTakes, Guard::kRoom, Guard::kNoOtherOpen}))
          << ActionWord(action);
    }
  }
}

TEST(Transitions, AFieldThatIsRequiredIsTakenAndAReasonThatIsTakenHasReasons) {
  for (const Row& row : Table()) {
    EXPECT_TRUE(row.taken.Holds(row.required - Fields{Field::kText})) << ActionWord(row.action);
    EXPECT_EQ(row.taken.Has(Field::kReason), !row.reasons.empty()) << ActionWord(row.action);
  }
}

TEST(Transitions, EveryStateCanBeReachedAndEveryOpenStateCanBeLeft) {
  States reached;
  for (const Row& row : Table()) reached = reached | row.to;
  ForEveryState([&](ReferralState state) {
    EXPECT_TRUE(reached.Has(state)) << StateWord(state);
    if (!kOpen.Has(state)) return;
    bool leaves = false;
    for (const Row& row : Table()) leaves = leaves || (row.from.Has(state) && !kOpen.Has(row.to));
    EXPECT_TRUE(leaves) << StateWord(state);
  });
}

TEST(Transitions, TheDocumentIsWhatTheTablePrints) {
  std::ifstream file(std::string(NWD_SOURCE_DIR) + "/docs/referral-states.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), StatesDocument()) << "print it again: build/bin/nwd_referral_table > docs/referral-states.md";
}

class EveryMove : public ::testing::Test {
 protected:
  EveryMove() {
    referral_.set_referral_id("00000000-0000-4000-8000-000000000001");
    referral_.set_referrer_organisation_id("referrer");
    referral_.set_receiver_organisation_id("receiver");
    referral_.set_revision(7);
    referral_.set_sequence(7);
    referral_.set_sent_sequence(2);
    referral_.set_create_time_us(Micros(now_ - absl::Hours(24)));
    referral_.set_update_time_us(Micros(now_ - absl::Hours(1)));
    referral_.set_end_time_us(Micros(now_ - absl::Hours(1)));
    referral_.set_timer_time_us(Micros(now_));
    everything_.basis_permits = everything_.basis_stands = everything_.service_takes = everything_.has_room = true;
    everything_.outcomes = everything_.missed_appointments = 1;
  }

  // A command that gives the row all it asks for.
  Command Complete(ReferralAction action, Actor actor, const Row* row) {
    Command command = {.action = action, .actors = actor, .organisation_id = "somebody"};
    if (row == nullptr) return command;
    const auto needs = [&](Field field) { return row->required.Has(field); };
    if (needs(Field::kReason)) command.reason = FirstOf(row->reasons);
    if (needs(Field::kText)) command.text = "text";
    if (needs(Field::kReviewOn)) command.review_on = "2026-03-20";
    if (needs(Field::kRedirectServiceId)) command.redirect_service_id = "00000000-0000-4000-8000-000000000002";
    return command;
  }
  // An expiry comes after the reminder, anything else may come before it.
  int64_t NudgeTime(ReferralAction action) const { return action == v1::REFERRAL_ACTION_EXPIRE ? 0 : Micros(now_); }
  static ReferralReason FirstOf(Reasons reasons) {
    for (int number = v1::ReferralReason_MIN + 1; number <= v1::ReferralReason_MAX; ++number) {
      if (reasons.Has(static_cast<ReferralReason>(number))) return static_cast<ReferralReason>(number);
    }
    return v1::REFERRAL_REASON_UNSPECIFIED;
  }

  const absl::Time now_ = absl::FromCivil(absl::CivilHour(2026, 3, 2, 10), absl::UTCTimeZone());
  const calendar::WorkingCalendar calendar_ = *calendar::WorkingCalendar::FromHolidays({});
  const Timetable timetable_ = {calendar_};
  storage::Referral referral_;
  Findings everything_;
};

TEST_F(EveryMove, TheTableHasIsMadeAndWhatItLacksIsRefusedAsSuch) {
  int made = 0;
  int refused = 0;
  ForEveryState([&](ReferralState state) {
    ForEveryAction([&](ReferralAction action) {
      for (const Actor actor : kActors) {
        const std::string tried = Cat(ActionWord(action), " from ", StateWord(state), " by ", ActorLetter(actor));
        const Row* row = FindRow(state, action, actor);
        referral_.set_state(state);
        referral_.set_place_held(kOpen.Has(state));
        referral_.set_nudge_time_us(NudgeTime(action));
        const absl::StatusOr<Planned> planned =
            Plan(referral_, Complete(action, actor, row), everything_, now_, timetable_);
        if (row != nullptr) {
          ++made;
          ASSERT_TRUE(planned.ok()) << tried << ": " << planned.status();
          EXPECT_EQ(planned->next.state(), row->to == v1::REFERRAL_STATE_UNSPECIFIED ? state : row->to) << tried;
          EXPECT_EQ(planned->event.from_state(), state) << tried;
          EXPECT_EQ(planned->next.revision(), row->effects.Has(Effect::kRemind) ? 7 : 8) << tried;
          EXPECT_EQ(planned->event.sequence(), 8) << tried;
          continue;
        }
        ++refused;
        const bool others_may = !ActorsFor(state, action).empty();
        const bool never = StatesFor(action, actor).empty();
        const bool wrong_actor = others_may || never;
        EXPECT_EQ(planned.status().code(),
                  wrong_actor ? absl::StatusCode::kPermissionDenied : absl::StatusCode::kFailedPrecondition)
            << tried;
        EXPECT_EQ(status::ReasonOf(planned.status()), wrong_actor ? "WRONG_ACTOR" : "WRONG_STATE") << tried;
        if (!wrong_actor) {
          EXPECT_NE(planned.status().message().find(StateWords(StatesFor(action, actor))), absl::string_view::npos)
              << planned.status();
        }
      }
    });
  });
  EXPECT_EQ(made + refused, 18 * 26 * 5);
  EXPECT_GT(made, 80);
}

TEST_F(EveryMove, IsRefusedForEachGuardThatDoesNotHold) {
  const std::vector<std::pair<Guard, std::string>> reasons = {{Guard::kBasisPermits, "NO_BASIS"},
                                                              {Guard::kBasisStands, "NO_BASIS"},
                                                              {Guard::kServiceTakes, "SERVICE_NOT_TAKING"},
                                                              {Guard::kRoom, "SERVICE_FULL"},
                                                              {Guard::kNoOtherOpen, "ALREADY_REFERRED"},
                                                              {Guard::kOutcomeRecorded, "NO_OUTCOME"},
                                                              {Guard::kMissedIfNoShow, "NO_MISSED_APPOINTMENT"},
                                                              {Guard::kNotReopenedBefore, "REOPENED_BEFORE"},
                                                              {Guard::kWithinReopenWindow, "REOPEN_TOO_LATE"},
                                                              {Guard::kTimerPassed, "NOT_DUE"},
                                                              {Guard::kNotNudged, "NUDGED_BEFORE"},
                                                              {Guard::kNudged, "NOT_NUDGED"}};
  for (const Row& row : Table()) {
    for (const auto& [guard, reason] : reasons) {
      if (!row.guards.Has(guard)) continue;
      ForEveryState([&](ReferralState state) {
        if (!row.from.Has(state)) return;
        storage::Referral referral = referral_;
        referral.set_state(state);
        referral.set_nudge_time_us(NudgeTime(row.action));
        Findings findings = everything_;
        for (const Actor actor : kActors) {
          if (!row.by.Has(actor)) continue;
          Command command = Complete(row.action, actor, &row);
          if (guard == Guard::kBasisPermits) findings.basis_permits = false;
          if (guard == Guard::kBasisStands) findings.basis_stands = false;
          if (guard == Guard::kServiceTakes) findings.service_takes = false;
          if (guard == Guard::kRoom) findings.has_room = false;
          if (guard == Guard::kNoOtherOpen) findings.other_open = true;
          if (guard == Guard::kOutcomeRecorded) findings.outcomes = 0;
          if (guard == Guard::kMissedIfNoShow) findings.missed_appointments = 0;
          if (guard == Guard::kMissedIfNoShow) command.reason = v1::REFERRAL_REASON_NO_SHOW;
          if (guard == Guard::kNotReopenedBefore) referral.set_reopened(true);
          if (guard == Guard::kWithinReopenWindow) referral.set_end_time_us(Micros(now_ - absl::Hours(24 * 31)));
          if (guard == Guard::kTimerPassed) referral.set_timer_time_us(Micros(now_ + absl::Seconds(1)));
          if (guard == Guard::kNotNudged) referral.set_nudge_time_us(0);
          if (guard == Guard::kNudged) referral.set_nudge_time_us(Micros(now_));
          const absl::Status refused = Plan(referral, command, findings, now_, timetable_).status();
          EXPECT_EQ(status::ReasonOf(refused), reason)
              << ActionWord(row.action) << " from " << StateWord(state) << ": " << refused;
          EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
        }
      });
    }
  }
}

TEST_F(EveryMove, TakesExactlyTheReasonsAndFieldsOfItsRow) {
  for (const Row& row : Table()) {
    ForEveryState([&](ReferralState state) {
      if (!row.from.Has(state)) return;
      referral_.set_state(state);
      referral_.set_nudge_time_us(NudgeTime(row.action));
      for (const Actor actor : kActors) {
        if (!row.by.Has(actor)) continue;
        for (int number = v1::ReferralReason_MIN; number <= v1::ReferralReason_MAX; ++number) {
          Command command = Complete(row.action, actor, &row);
          command.reason = static_cast<ReferralReason>(number);
          const bool none = command.reason == v1::REFERRAL_REASON_UNSPECIFIED;
          const bool fits = none ? !row.required.Has(Field::kReason) : row.reasons.Has(command.reason);
          const absl::Status status = Plan(referral_, command, everything_, now_, timetable_).status();
          EXPECT_EQ(status.code(), fits ? absl::StatusCode::kOk : absl::StatusCode::kInvalidArgument)
              << ActionWord(row.action) << " with " << ReasonWord(command.reason) << ": " << status;
        }
        Command command = Complete(row.action, actor, &row);
        command.review_on = "2026-03-20";
        EXPECT_EQ(Plan(referral_, command, everything_, now_, timetable_).ok(), row.taken.Has(Field::kReviewOn))
            << ActionWord(row.action);
        command = Complete(row.action, actor, &row);
        command.expected_start_on = "2026-03-20";
        EXPECT_EQ(Plan(referral_, command, everything_, now_, timetable_).ok(), row.taken.Has(Field::kExpectedStartOn))
            << ActionWord(row.action);
      }
    });
  }
}

TEST_F(EveryMove, WhatMovesNothingLeavesTheTimesThatCountFromTheLastMove) {
  for (const Row& row : Table()) {
    if (row.to != v1::REFERRAL_STATE_UNSPECIFIED || row.effects.Has(Effect::kDelete)) continue;
    ForEveryState([&](ReferralState state) {
      if (!row.from.Has(state)) return;
      storage::Referral referral = referral_;
      referral.set_state(state);
      referral.set_nudge_time_us(NudgeTime(row.action));
      referral.set_review_on(state == v1::REFERRAL_STATE_ON_HOLD ? "2026-04-30" : "");
      SetDueTimes(referral, timetable_);
      referral.set_timer_time_us(Micros(now_));
      for (const Actor actor : kActors) {
        if (!row.by.Has(actor)) continue;
        const auto planned = Plan(referral, Complete(row.action, actor, &row), everything_, now_, timetable_);
        ASSERT_TRUE(planned.ok()) << planned.status();
        EXPECT_EQ(planned->next.due_time_us(), referral.due_time_us())
            << ActionWord(row.action) << " in " << StateWord(state);
        EXPECT_EQ(planned->next.review_on(), referral.review_on());
        EXPECT_EQ(planned->next.update_time_us(), referral.update_time_us());
      }
    });
  }
}

TEST_F(EveryMove, NamesAllViolationsOfItsFieldsAtOnce) {
  referral_.set_state(v1::REFERRAL_STATE_IN_PROGRESS);
  const Command command = {.action = v1::REFERRAL_ACTION_HOLD,
                           .actors = Actor::kReceiver,
                           .reason = v1::REFERRAL_REASON_DUPLICATE,
                           .expected_start_on = "2026-03-09",
                           .review_on = "2026-02-01",
                           .redirect_service_id = "00000000-0000-4000-8000-000000000002"};
  const absl::Status status = Plan(referral_, command, everything_, now_, timetable_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* field : {"reason", "expected_start_on", "review_on", "redirect_service_id"}) {
    EXPECT_NE(status.ToString().find(field), std::string::npos) << field << " in " << status;
  }
}

}  // namespace
}  // namespace nwd::referral
