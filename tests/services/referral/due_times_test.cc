#include "services/referral/due_times.h"

#include <gtest/gtest.h>

#include "services/referral/times.h"
#include "services/referral/transitions.h"

namespace nwd::referral {
namespace {

absl::Time At(int month, int day, int hour) {
  return absl::FromCivil(absl::CivilHour(2026, month, day, hour), absl::UTCTimeZone());
}

class DueTimes : public ::testing::Test {
 protected:
  DueTimes() {
    referral_.set_referrer_organisation_id("referrer");
    referral_.set_receiver_organisation_id("receiver");
    referral_.set_create_time_us(Micros(monday_));
    StartClock(referral_, monday_, timetable_);
  }
  // The due time in this state, having moved to it at `since`.
  absl::Time DueIn(ReferralState state, absl::Time since) {
    referral_.set_state(state);
    referral_.set_update_time_us(Micros(since));
    SetDueTimes(referral_, timetable_);
    return FromMicros(referral_.due_time_us());
  }

  // 3 and 6 April 2026 are Good Friday and Easter Monday.
  const calendar::WorkingCalendar calendar_ =
      *calendar::WorkingCalendar::FromHolidays({absl::CivilDay(2026, 4, 3), absl::CivilDay(2026, 4, 6)});
  Timetable timetable_ = {calendar_};
  const absl::Time monday_ = At(3, 2, 10);
  storage::Referral referral_;
};

TEST_F(DueTimes, TheReceiverLooksWithinTwoWorkingDaysOfSent) {
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_SENT, monday_), At(3, 4, 10));
  EXPECT_EQ(referral_.due_organisation_id(), "receiver");
}

TEST_F(DueTimes, BankHolidaysAndWeekendsDoNotCount) {
  StartClock(referral_, At(4, 2, 9), timetable_);  // the Thursday before Easter
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_SENT, At(4, 2, 9)), At(4, 8, 9));
}

TEST_F(DueTimes, ItExpiresTenWorkingDaysAfterItWasSent) {
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_RECEIVED, monday_), At(3, 16, 10));
  referral_.set_nudge_time_us(0);  // the reminder was sent
  DueIn(v1::REFERRAL_STATE_RECEIVED, monday_);
  EXPECT_EQ(FromMicros(referral_.timer_time_us()), At(3, 16, 10));
}

TEST_F(DueTimes, AQuestionStopsTheClockAndItsAnswerGivesBackTheDaysThatWereLeft) {
  PauseClock(referral_, At(3, 5, 10), timetable_);  // Thursday: three of ten days used, seven left
  EXPECT_EQ(referral_.decide_by_us(), 0);
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_INFO_REQUESTED, At(3, 5, 10)), At(3, 19, 10));
  EXPECT_EQ(referral_.due_organisation_id(), "referrer");
  ResumeClock(referral_, At(3, 16, 12), timetable_);
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_RECEIVED, At(3, 16, 12)), At(3, 25, 12));
}

TEST_F(DueTimes, AQuestionOnTheLastDayLeavesOneDayToDecide) {
  PauseClock(referral_, At(3, 16, 9), timetable_);
  ResumeClock(referral_, At(3, 17, 9), timetable_);
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_RECEIVED, At(3, 17, 9)), At(3, 18, 9));
}

TEST_F(DueTimes, SupportStartsWithinFifteenWorkingDaysOfSent) {
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_ACCEPTED, At(3, 10, 10)), At(3, 23, 10));
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_WAITLISTED, At(3, 12, 10)), At(3, 23, 10));
  EXPECT_EQ(referral_.timer_time_us(), 0) << "nothing expires once it is taken on";
}

TEST_F(DueTimes, AHoldIsLookedAtByTheEndOfItsReviewDayInLondon) {
  referral_.set_review_on("2026-06-15");
  EXPECT_EQ(DueIn(v1::REFERRAL_STATE_ON_HOLD, monday_), At(6, 15, 23)) << "summer time: midnight is 23:00 UTC";
}

TEST_F(DueTimes, AnEndWaitsForTheReferrerAndThenForTheSuite) {
  for (const ReferralState state : {v1::REFERRAL_STATE_COMPLETED, v1::REFERRAL_STATE_DECLINED,
                                    v1::REFERRAL_STATE_ENDED_EARLY, v1::REFERRAL_STATE_NOT_STARTED}) {
    EXPECT_EQ(DueIn(state, monday_), At(3, 16, 10));
    EXPECT_EQ(referral_.due_organisation_id(), "referrer");
    EXPECT_EQ(referral_.timer_time_us(), referral_.due_time_us());
  }
}

TEST_F(DueTimes, ADraftIsSweptAfterNinetyDaysAndWaitsForNobody) {
  DueIn(v1::REFERRAL_STATE_DRAFT, monday_);
  EXPECT_EQ(referral_.due_organisation_id(), "");
  EXPECT_EQ(FromMicros(referral_.timer_time_us()), monday_ + absl::Hours(24 * 90));
}

TEST_F(DueTimes, AReminderComesTwoWorkingDaysBeforeTheEndOrAtOnceWhereLessIsLeft) {
  DueIn(v1::REFERRAL_STATE_SENT, monday_);
  EXPECT_EQ(FromMicros(referral_.timer_time_us()), At(3, 12, 10));
  PauseClock(referral_, At(3, 13, 10), timetable_);  // one day left
  DueIn(v1::REFERRAL_STATE_INFO_REQUESTED, At(3, 13, 10));
  EXPECT_EQ(FromMicros(referral_.timer_time_us()), At(3, 25, 10)) << "ten days to answer, less two";
  ResumeClock(referral_, At(3, 16, 10), timetable_);
  DueIn(v1::REFERRAL_STATE_RECEIVED, At(3, 16, 10));
  EXPECT_EQ(FromMicros(referral_.timer_time_us()), At(3, 16, 10));
}

TEST_F(DueTimes, AHubChoosesItsOwn) {
  const Timetable own = {calendar_,
                         {.receive_within_days = 1,
                          .decide_within_days = 5,
                          .answer_within_days = 3,
                          .start_within_days = 8,
                          .close_within_days = 4,
                          .nudge_before_days = 1,
                          .draft_kept_calendar_days = 7}};
  const auto due_in = [&](ReferralState state) {
    referral_.set_state(state);
    referral_.set_update_time_us(Micros(monday_));
    SetDueTimes(referral_, own);
    return FromMicros(referral_.due_time_us());
  };
  const auto timer = [&] { return FromMicros(referral_.timer_time_us()); };
  StartClock(referral_, monday_, own);
  EXPECT_EQ(due_in(v1::REFERRAL_STATE_SENT), At(3, 3, 10));
  EXPECT_EQ(timer(), At(3, 6, 10));
  EXPECT_EQ(due_in(v1::REFERRAL_STATE_RECEIVED), At(3, 9, 10));
  EXPECT_EQ(due_in(v1::REFERRAL_STATE_ACCEPTED), At(3, 12, 10));
  PauseClock(referral_, monday_, own);
  EXPECT_EQ(due_in(v1::REFERRAL_STATE_INFO_REQUESTED), At(3, 5, 10));
  EXPECT_EQ(timer(), At(3, 4, 10));
  EXPECT_EQ(due_in(v1::REFERRAL_STATE_DECLINED), At(3, 6, 10));
  due_in(v1::REFERRAL_STATE_DRAFT);
  EXPECT_EQ(timer(), monday_ + absl::Hours(24 * 7));
}

TEST_F(DueTimes, WhatIsOverIsNobodysMove) {
  for (const ReferralState state :
       {v1::REFERRAL_STATE_CLOSED, v1::REFERRAL_STATE_WITHDRAWN, v1::REFERRAL_STATE_REDIRECTED,
        v1::REFERRAL_STATE_CANCELLED_BY_PERSON, v1::REFERRAL_STATE_EXPIRED, v1::REFERRAL_STATE_ENTERED_IN_ERROR,
        v1::REFERRAL_STATE_IN_PROGRESS}) {
    DueIn(state, monday_);
    EXPECT_EQ(referral_.due_organisation_id(), "");
    EXPECT_EQ(referral_.timer_time_us(), 0);
  }
}

}  // namespace
}  // namespace nwd::referral
