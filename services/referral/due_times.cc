#include "services/referral/due_times.h"

#include <algorithm>

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

}  // namespace

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
  const WorkingCalendar& calendar = timetable.calendar;
  const Times& times = timetable.times;
  const auto due = [&](const std::string& organisation_id, int64_t time_us) {
    referral.set_due_organisation_id(organisation_id);
    referral.set_due_time_us(time_us);
  };
  // The reminder comes first.
  const auto expires = [&](int64_t time_us) {
    referral.set_timer_time_us(referral.nudge_time_us() != 0 ? referral.nudge_time_us() : time_us);
  };
  const std::string& referrer = referral.referrer_organisation_id();
  const std::string& receiver = referral.receiver_organisation_id();
  due("", 0);
  referral.set_timer_time_us(0);
  switch (referral.state()) {
    case v1::REFERRAL_STATE_DRAFT:
      referral.set_timer_time_us(referral.create_time_us() +
                                 absl::ToInt64Microseconds(CalendarDays(times.draft_kept_calendar_days)));
      break;
    case v1::REFERRAL_STATE_SENT:
      due(receiver, DaysAfter(referral.clock_start_us(), times.receive_within_days, calendar));
      expires(referral.decide_by_us());
      break;
    case v1::REFERRAL_STATE_RECEIVED:
      due(receiver, referral.decide_by_us());
      expires(referral.decide_by_us());
      break;
    case v1::REFERRAL_STATE_INFO_REQUESTED:
      due(referrer, DaysAfter(referral.update_time_us(), times.answer_within_days, calendar));
      expires(referral.due_time_us());
      break;
    case v1::REFERRAL_STATE_ACCEPTED:
    case v1::REFERRAL_STATE_WAITLISTED:
      due(receiver, DaysAfter(referral.clock_start_us(), times.start_within_days, calendar));
      break;
    case v1::REFERRAL_STATE_ON_HOLD:
      due(receiver, EndOfDay(referral.review_on(), referral.update_time_us()));
      break;
    case v1::REFERRAL_STATE_COMPLETED:
    case v1::REFERRAL_STATE_NOT_STARTED:
    case v1::REFERRAL_STATE_ENDED_EARLY:
    case v1::REFERRAL_STATE_DECLINED:
      due(referrer, DaysAfter(referral.update_time_us(), times.close_within_days, calendar));
      referral.set_timer_time_us(referral.due_time_us());
      break;
    default:  // nobody's move
      break;
  }
}

}  // namespace nwd::referral
