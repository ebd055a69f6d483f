// The clocks of cases: a month, three where it is complex, 30 days to acknowledge a complaint; and what may happen when.
#include "services/consent/case_states.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/status/status.h"
#include "services/consent/reasons.h"
#include "tests/testing/project_calendar.h"

namespace nwd::consent {
namespace {

using testing::ProjectCalendar;

absl::Time At(int year, int month, int day, int hour = 10) {
  return absl::FromCivil(absl::CivilHour(year, month, day, hour), calendar::London());
}
storage::Case Received(v1::CaseKind kind, absl::Time when) {
  storage::Case row;
  row.set_kind(kind);
  row.set_receive_time_us(Micros(when));
  Begin(ProjectCalendar(), row);
  return row;
}
// The last day on which it can be answered, in London.
std::string LastDay(const storage::Case& row) {
  return row.due_time_us() == 0 ? "none" : absl::FormatCivilTime(calendar::DayOf(FromMicros(row.due_time_us() - 1)));
}
std::string DueOn(v1::CaseKind kind, absl::Time received) { return LastDay(Received(kind, received)); }
std::string ReasonOf(const absl::Status& status) { return status::ReasonOf(status); }
absl::Status Do(v1::CaseAction action, absl::Time when, storage::Case& row) {
  return Advance(ProjectCalendar(), action, when, row);
}

TEST(CaseClock, ARequestIsDueOnTheSameDayOfTheNextMonth) {
  EXPECT_EQ(DueOn(v1::CASE_KIND_ACCESS, At(2026, 6, 3)), "2026-07-03");
  EXPECT_EQ(DueOn(v1::CASE_KIND_ACCESS, At(2026, 6, 3, 0)), "2026-07-03") << "whatever the hour";
  EXPECT_EQ(DueOn(v1::CASE_KIND_ERASURE, At(2026, 6, 3, 23)), "2026-07-03");
}

TEST(CaseClock, OfAShorterMonthItsLastDay) {
  EXPECT_EQ(DueOn(v1::CASE_KIND_ACCESS, At(2026, 8, 31)), "2026-09-30");
  EXPECT_EQ(DueOn(v1::CASE_KIND_ACCESS, At(2028, 1, 31)), "2028-02-29");
}

TEST(CaseClock, ADayOffMovesItToTheNextWorkingDay) {
  EXPECT_EQ(DueOn(v1::CASE_KIND_OBJECTION, At(2026, 6, 4)), "2026-07-06") << "4 July is a Saturday";
  EXPECT_EQ(DueOn(v1::CASE_KIND_RECTIFICATION, At(2026, 11, 25)), "2026-12-29")
      << "Christmas Day, a Saturday, a Sunday, and Monday in Boxing Day's place";
}

TEST(CaseClock, AComplaintIsToBeAcknowledgedWithinThirtyDaysOfWhichItsOwnIsTheFirst) {
  storage::Case row = Received(v1::CASE_KIND_COMPLAINT, At(2026, 6, 20));
  EXPECT_EQ(LastDay(row), "2026-07-19") << "a Sunday: no rule moves it";
  ASSERT_TRUE(Do(v1::CASE_ACTION_ACKNOWLEDGE, At(2026, 7, 1), row).ok());
  EXPECT_EQ(LastDay(row), "2026-08-03") << "a month, to a working day";
  EXPECT_EQ(ReasonOf(Do(v1::CASE_ACTION_ACKNOWLEDGE, At(2026, 7, 2), row)), reasons::kOnlyOnce);
}

TEST(CaseClock, ItBeginsWhenThePersonHasShownWhoTheyAre) {
  storage::Case row = Received(v1::CASE_KIND_ACCESS, At(2026, 6, 3));
  ASSERT_TRUE(Do(v1::CASE_ACTION_ASK_IDENTITY, At(2026, 6, 4), row).ok());
  EXPECT_EQ(row.state(), v1::CASE_STATE_AWAITING_IDENTITY);
  EXPECT_EQ(LastDay(row), "none") << "it stands still";
  EXPECT_FALSE(IsOverdue(row, At(2027, 6, 4)));
  ASSERT_TRUE(Do(v1::CASE_ACTION_ANSWERED, At(2026, 6, 16), row).ok());
  EXPECT_EQ(LastDay(row), "2026-07-16");
  EXPECT_EQ(ReasonOf(Do(v1::CASE_ACTION_ASK_IDENTITY, At(2026, 6, 17), row)), reasons::kOnlyOnce)
      << "asking again and again would put it off for ever";
}

TEST(CaseClock, DaysOnWhichThePersonIsAskedWhatTheyMeanDoNotCount) {
  storage::Case row = Received(v1::CASE_KIND_ACCESS, At(2026, 6, 3));
  ASSERT_TRUE(Do(v1::CASE_ACTION_ASK_CLARIFICATION, At(2026, 6, 8), row).ok());
  ASSERT_TRUE(Do(v1::CASE_ACTION_ANSWERED, At(2026, 6, 15), row).ok());
  EXPECT_EQ(LastDay(row), "2026-07-10") << "3 July and seven days";
  storage::Case weekend = Received(v1::CASE_KIND_ACCESS, At(2026, 6, 4));
  ASSERT_TRUE(Do(v1::CASE_ACTION_ASK_CLARIFICATION, At(2026, 6, 8), weekend).ok());
  ASSERT_TRUE(Do(v1::CASE_ACTION_ANSWERED, At(2026, 6, 9), weekend).ok());
  EXPECT_EQ(LastDay(weekend), "2026-07-06") << "4 July and a day is a Sunday: moved once";
  storage::Case other = Received(v1::CASE_KIND_ERASURE, At(2026, 6, 3));
  EXPECT_EQ(ReasonOf(Do(v1::CASE_ACTION_ASK_CLARIFICATION, At(2026, 6, 8), other)), reasons::kWrongState)
      << "the law has it of access alone";
}

TEST(CaseClock, TwoFurtherMonthsOnceAndBeforeItIsOverdue) {
  storage::Case row = Received(v1::CASE_KIND_ACCESS, At(2026, 6, 3));
  ASSERT_TRUE(Do(v1::CASE_ACTION_EXTEND, At(2026, 7, 3, 23), row).ok()) << "on its last day";
  EXPECT_EQ(LastDay(row), "2026-09-03");
  EXPECT_EQ(ReasonOf(Do(v1::CASE_ACTION_EXTEND, At(2026, 7, 4), row)), reasons::kOnlyOnce);
  storage::Case late = Received(v1::CASE_KIND_ACCESS, At(2026, 6, 3));
  EXPECT_TRUE(IsOverdue(late, At(2026, 7, 4, 0)));
  for (const auto action : {v1::CASE_ACTION_EXTEND, v1::CASE_ACTION_ASK_IDENTITY, v1::CASE_ACTION_ASK_CLARIFICATION}) {
    const storage::Case before = late;
    EXPECT_EQ(ReasonOf(Do(action, At(2026, 7, 4, 0), late)), reasons::kTooLate) << ActionName(action);
    EXPECT_EQ(late.SerializeAsString(), before.SerializeAsString());
  }
  storage::Case complaint = Received(v1::CASE_KIND_COMPLAINT, At(2026, 6, 3));
  EXPECT_EQ(ReasonOf(Do(v1::CASE_ACTION_EXTEND, At(2026, 6, 4), complaint)), reasons::kWrongState);
}

TEST(CaseClock, AClockThatWasSetBackTakesNothingAway) {
  storage::Case row = Received(v1::CASE_KIND_ACCESS, At(2026, 6, 3));
  ASSERT_TRUE(Do(v1::CASE_ACTION_ASK_CLARIFICATION, At(2026, 6, 8), row).ok());
  ASSERT_TRUE(Do(v1::CASE_ACTION_ANSWERED, At(2026, 6, 1), row).ok());
  EXPECT_EQ(LastDay(row), "2026-07-03");
}

TEST(CaseStates, WhatAwaitsThePersonIsClosedOnlyWithoutAnAnswer) {
  storage::Case row = Received(v1::CASE_KIND_ACCESS, At(2026, 6, 3));
  ASSERT_TRUE(Do(v1::CASE_ACTION_ASK_IDENTITY, At(2026, 6, 4), row).ok());
  EXPECT_EQ(ReasonOf(Close(v1::CASE_OUTCOME_FULFILLED, At(2026, 6, 5), row)), reasons::kWrongState);
  EXPECT_TRUE(Close(v1::CASE_OUTCOME_REFUSED, At(2026, 6, 5), row).ok());
  EXPECT_EQ(LastDay(row), "none");
  EXPECT_EQ(ReasonOf(Close(v1::CASE_OUTCOME_REFUSED, At(2026, 6, 5), row)), reasons::kWrongState) << "it is closed";
  for (const auto action : {v1::CASE_ACTION_EXTEND, v1::CASE_ACTION_ANSWERED}) {
    EXPECT_EQ(ReasonOf(Do(action, At(2026, 6, 6), row)), reasons::kWrongState);
  }
}

TEST(CaseStates, AComplaintThatIsClosedIsAcknowledgedByThat) {
  storage::Case row = Received(v1::CASE_KIND_COMPLAINT, At(2026, 6, 3));
  ASSERT_TRUE(Close(v1::CASE_OUTCOME_FULFILLED, At(2026, 6, 5), row).ok());
  EXPECT_EQ(row.acknowledge_time_us(), Micros(At(2026, 6, 5)));
}

TEST(CaseStates, TheTableInTheDocsIsTheOneInTheCode) {
  std::ifstream file(std::string(NWD_DOCS_DIR) + "/rights.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(CaseTable()), std::string::npos) << "docs/rights.md is to have:\n" << CaseTable();
}

}  // namespace
}  // namespace nwd::consent
