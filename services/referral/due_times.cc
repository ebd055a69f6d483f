#include "services/referral/due_times.h"

#include <algorithm>

#include "common/base/strings.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
#include "services/referral/times.h"
#include "services/referral/transitions.h"

namespace nwd::referral {
namespace {

using calendar::WorkingCalendar;

int64_t DaysAfter(int64_t micros, int days, const WorkingCalendar& calendar) {
  return Micros(calendar.AddWorkingDays(FromMicros(micros), days));
}

// When London's day `text` is over; `otherwise` for a day that is not one.
int64_t EndOfDay(const std::string& text, int64_t otherwise) {
  const std::optional<absl::CivilDay> day = calendar::ParseDay(text);
  return day ? Micros(calendar::EndOf(*day)) : otherwise;
}

void SetNudge(storage::Referral& referral, absl::Time now, int days_left, const Timetable& timetable) {
  const int days = std::max(days_left - timetable.times.nudge_before_days, 0);
  referral.set_nudge_time_us(Micros(timetable.calendar.AddWorkingDays(now, days)));
}

// Two times of which the first must be over before the second.
struct Order {
  const char* first_option;
  int first;
  const char* second_option;
  int second;
  bool may_be_equal;
};

// Whose move it is and by when; empty and 0 where it is nobody's.
struct Due {
  std::string organisation_id;
  int64_t time_us = 0;
};

Due DueOf(const storage::Referral& referral, const Timetable& timetable) {
  const WorkingCalendar& calendar = timetable.calendar;
  const Times& times = timetable.times;
  const std::string& referrer = referral.referrer_organisation_id();
  const std::string& receiver = referral.receiver_organisation_id();
  switch (referral.state()) {
    case v1::REFERRAL_STATE_SENT:
      return {receiver, DaysAfter(referral.clock_start_us(), times.receive_within_days, calendar)};
    case v1::REFERRAL_STATE_RECEIVED:
      return {receiver, referral.decide_by_us()};
    case v1::REFERRAL_STATE_INFO_REQUESTED:
      return {referrer, DaysAfter(referral.update_time_us(), times.answer_within_days, calendar)};
    case v1::REFERRAL_STATE_ACCEPTED:
    case v1::REFERRAL_STATE_WAITLISTED:
      return {receiver, DaysAfter(referral.clock_start_us(), times.start_within_days, calendar)};
    case v1::REFERRAL_STATE_ON_HOLD:
      return {receiver, EndOfDay(referral.review_on(), referral.update_time_us())};
    case v1::REFERRAL_STATE_COMPLETED:
    case v1::REFERRAL_STATE_NOT_STARTED:
    case v1::REFERRAL_STATE_ENDED_EARLY:
    case v1::REFERRAL_STATE_DECLINED:
      return {referrer, DaysAfter(referral.update_time_us(), times.close_within_days, calendar)};
    default:
      return {};
  }
}

// When the suite itself acts; 0 where it does not.
int64_t TimerOf(const storage::Referral& referral, int64_t due_time_us, const Times& times) {
  const auto expires = [&](int64_t time_us) {  // the reminder comes first
    return referral.nudge_time_us() != 0 ? referral.nudge_time_us() : time_us;
  };
  switch (referral.state()) {
    case v1::REFERRAL_STATE_DRAFT:
      return referral.create_time_us() + absl::ToInt64Microseconds(CalendarDays(times.draft_kept_calendar_days));
    case v1::REFERRAL_STATE_SENT:
    case v1::REFERRAL_STATE_RECEIVED:
      return expires(referral.decide_by_us());
    case v1::REFERRAL_STATE_INFO_REQUESTED:
      return expires(due_time_us);
    case v1::REFERRAL_STATE_COMPLETED:
    case v1::REFERRAL_STATE_NOT_STARTED:
    case v1::REFERRAL_STATE_ENDED_EARLY:
    case v1::REFERRAL_STATE_DECLINED:
      return due_time_us;
    default:
      return 0;
  }
}

}  // namespace

absl::Status CheckTimes(const Times& times) {
  const Order orders[] = {
      {"--nudge-before-days", times.nudge_before_days, "--decide-within-days", times.decide_within_days, false},
      {"--nudge-before-days", times.nudge_before_days, "--answer-within-days", times.answer_within_days, false},
      {"--receive-within-days", times.receive_within_days, "--decide-within-days", times.decide_within_days, true},
      {"--decide-within-days", times.decide_within_days, "--start-within-days", times.start_within_days, true},
  };
  for (const Order& order : orders) {
    if (order.first < order.second || (order.may_be_equal && order.first == order.second)) continue;
    return absl::InvalidArgumentError(Cat(order.first_option, " ", order.first, " does not fit ", order.second_option,
                                          " ", order.second, ": it must be ",
                                          order.may_be_equal ? "at most as long" : "shorter"));
  }
  return absl::OkStatus();
}

void StartClock(storage::Referral& referral, absl::Time now, const Timetable& timetable) {
  referral.set_clock_start_us(Micros(now));
  referral.set_decide_days_left(timetable.times.decide_within_days);
  ResumeClock(referral, now, timetable);
}

void PauseClock(storage::Referral& referral, absl::Time now, const Timetable& timetable) {
  const int left = timetable.calendar.WorkingDaysBetween(now, FromMicros(referral.decide_by_us()));
  referral.set_decide_days_left(std::max(left, 1));
  referral.set_decide_by_us(0);
  SetNudge(referral, now, timetable.times.answer_within_days, timetable);
}

void ResumeClock(storage::Referral& referral, absl::Time now, const Timetable& timetable) {
  const int left = std::max(referral.decide_days_left(), 1);
  referral.set_decide_by_us(Micros(timetable.calendar.AddWorkingDays(now, left)));
  referral.set_decide_days_left(0);
  SetNudge(referral, now, left, timetable);
}

void SetDueTimes(storage::Referral& referral, const Timetable& timetable) {
  const Due due = DueOf(referral, timetable);
  const int64_t timer_time_us = TimerOf(referral, due.time_us, timetable.times);
  referral.set_due_organisation_id(due.organisation_id);
  referral.set_due_time_us(due.time_us);
  referral.set_timer_time_us(timer_time_us);
}

}  // namespace nwd::referral
