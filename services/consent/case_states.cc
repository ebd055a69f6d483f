#include "services/consent/case_states.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/calendar/london.h"
#include "common/status/status.h"
#include "services/consent/limits.h"
#include "services/consent/reasons.h"
#include "services/consent/wrong_state.h"

namespace nwd::consent {
namespace {

using Bits = uint32_t;
constexpr Bits BitsOf(std::initializer_list<int> numbers) {
  Bits bits = 0;
  for (const int number : numbers) bits |= Bits{1} << number;
  return bits;
}
constexpr bool HasBit(Bits bits, int number) { return (bits >> number & 1) != 0; }

constexpr Bits kEveryKind = BitsOf({v1::CASE_KIND_ACCESS, v1::CASE_KIND_RECTIFICATION, v1::CASE_KIND_ERASURE,
                                    v1::CASE_KIND_RESTRICTION, v1::CASE_KIND_OBJECTION, v1::CASE_KIND_COMPLAINT});
constexpr Bits kRequests = kEveryKind & ~BitsOf({v1::CASE_KIND_COMPLAINT});
constexpr Bits kAwaiting = BitsOf({v1::CASE_STATE_AWAITING_IDENTITY, v1::CASE_STATE_AWAITING_CLARIFICATION});

// What may happen, to which kinds, from where to where.
struct Step {
  v1::CaseAction action;
  Bits kinds;
  Bits from;
  v1::CaseState to;
  bool once;     // happens to a case once
  bool in_time;  // only while it is not overdue
  std::string_view effect;
};
constexpr std::array<Step, 6> kSteps = {{
    {v1::CASE_ACTION_ACKNOWLEDGE, BitsOf({v1::CASE_KIND_COMPLAINT}), BitsOf({v1::CASE_STATE_OPEN}), v1::CASE_STATE_OPEN,
     true, false, "one month from now for the outcome"},
    {v1::CASE_ACTION_ASK_IDENTITY, kRequests, BitsOf({v1::CASE_STATE_OPEN}), v1::CASE_STATE_AWAITING_IDENTITY, true,
     true, "the clock has not begun"},
    {v1::CASE_ACTION_ASK_CLARIFICATION, BitsOf({v1::CASE_KIND_ACCESS}), BitsOf({v1::CASE_STATE_OPEN}),
     v1::CASE_STATE_AWAITING_CLARIFICATION, false, true, "the clock stands still"},
    {v1::CASE_ACTION_ANSWERED, kRequests, kAwaiting, v1::CASE_STATE_OPEN, false, false,
     "the clock begins (identity), or goes on (clarification)"},
    {v1::CASE_ACTION_EXTEND, kRequests, BitsOf({v1::CASE_STATE_OPEN}), v1::CASE_STATE_OPEN, true, true,
     "three months in all"},
    {v1::CASE_ACTION_GRANT_ERASURE, BitsOf({v1::CASE_KIND_ERASURE}), BitsOf({v1::CASE_STATE_OPEN}),
     v1::CASE_STATE_AWAITING_ERASURE, false, false, "goes on until a second organisation has erased"},
}};

const Step* StepOf(v1::CaseAction action) {
  for (const Step& step : kSteps) {
    if (step.action == action) return &step;
  }
  return nullptr;
}

template <class NameOf>
std::string Names(Bits bits, int last, NameOf name_of) {
  std::string names;
  for (int number = 1; number <= last; ++number) {
    if (!HasBit(bits, number)) continue;
    if (!names.empty()) names += ", ";
    names += name_of(number);
  }
  return names;
}
std::string KindsIn(Bits kinds) {
  return Names(kinds, v1::CaseKind_MAX, [](int kind) { return KindName(static_cast<v1::CaseKind>(kind)); });
}
std::string StatesIn(Bits states) {
  return Names(states, v1::CaseState_MAX, [](int state) { return StateName(static_cast<v1::CaseState>(state)); });
}

// Whether it was done to this case before.
bool WasDone(v1::CaseAction action, const storage::Case& row) {
  switch (action) {
    case v1::CASE_ACTION_ACKNOWLEDGE:
      return row.acknowledge_time_us() != 0;
    case v1::CASE_ACTION_ASK_IDENTITY:
      return row.identity_asked_us() != 0;
    case v1::CASE_ACTION_EXTEND:
      return row.extended();
    default:
      return false;
  }
}

absl::Status Refused(const char* reason, v1::CaseAction action, std::string_view why) {
  return status::Error(absl::StatusCode::kFailedPrecondition, reason, Cat(ActionName(action), " ", why),
                       {{"action", std::string(ActionName(action))}});
}

absl::Status CheckStep(const Step& step, absl::Time now, const storage::Case& row) {
  if (!HasBit(step.kinds, row.kind())) {
    return WrongState({.thing = "case",
                       .state = KindName(row.kind()),
                       .event = ActionName(step.action),
                       .states = KindsIn(step.kinds),
                       .otherwise = "cases of other kinds do not take it"});
  }
  if (!HasBit(step.from, row.state())) {
    return WrongState({.thing = "case",
                       .state = StateName(row.state()),
                       .event = ActionName(step.action),
                       .states = StatesIn(step.from)});
  }
  if (step.once && WasDone(step.action, row)) {
    return Refused(reasons::kOnlyOnce, step.action, "happens to a case once, and has happened to this one");
  }
  if (step.in_time && IsOverdue(row, now)) {
    return Refused(reasons::kTooLate, step.action,
                   "is possible only before the case is overdue; this one is to be answered");
  }
  return absl::OkStatus();
}

// The clock goes on after the person has answered.
void StartAgain(absl::Time now, storage::Case& row) {
  if (row.state() == v1::CASE_STATE_AWAITING_IDENTITY) {
    row.set_clock_start_us(Micros(now));
    row.set_days_stopped(0);
  } else {
    const auto days = calendar::DayOf(now) - calendar::DayOf(FromMicros(row.stop_time_us()));
    row.set_days_stopped(row.days_stopped() + std::max<int>(0, static_cast<int>(days)));
  }
  row.set_stop_time_us(0);
}

void SetClosed(v1::CaseOutcome outcome, absl::Time now, storage::Case& row) {
  if (row.kind() == v1::CASE_KIND_COMPLAINT && row.acknowledge_time_us() == 0) row.set_acknowledge_time_us(Micros(now));
  row.set_state(v1::CASE_STATE_CLOSED);
  row.set_outcome(outcome);
  row.set_close_time_us(Micros(now));
  row.set_stop_time_us(0);
  row.set_due_time_us(0);
  row.set_revision(row.revision() + 1);
}

std::string_view Without(std::string_view prefix, const std::string& name) {
  return std::string_view(name).substr(prefix.size());
}

}  // namespace

int64_t DueTimeUs(const calendar::WorkingCalendar& calendar, const storage::Case& row) {
  if (row.state() != v1::CASE_STATE_OPEN && row.state() != v1::CASE_STATE_AWAITING_ERASURE) return 0;
  absl::CivilDay day;
  if (row.kind() != v1::CASE_KIND_COMPLAINT) {
    const absl::CivilDay start = calendar::DayOf(FromMicros(row.clock_start_us()));
    day = calendar::SameDayMonthsLater(start, row.extended() ? kCaseMonthsExtended : kCaseMonths) + row.days_stopped();
    while (!calendar.IsWorkingDay(day)) ++day;
  } else if (row.acknowledge_time_us() == 0) {
    day = calendar::DayOf(FromMicros(row.receive_time_us())) + (kComplaintDays - 1);
  } else {
    day = calendar::DayOf(calendar.AddCalendarMonths(FromMicros(row.acknowledge_time_us()), kCaseMonths));
  }
  return Micros(calendar::EndOf(day));
}

bool IsOverdue(const storage::Case& row, absl::Time now) {
  return row.due_time_us() != 0 && Micros(now) >= row.due_time_us();
}

void Begin(const calendar::WorkingCalendar& calendar, storage::Case& row) {
  row.set_state(v1::CASE_STATE_OPEN);
  row.set_clock_start_us(row.receive_time_us());
  row.set_due_time_us(DueTimeUs(calendar, row));
  row.set_revision(1);
}

absl::Status Advance(const calendar::WorkingCalendar& calendar, v1::CaseAction action, absl::Time now,
                     storage::Case& row) {
  const Step* step = StepOf(action);
  if (step == nullptr) return status::InvalidField("action", "is no action");
  NWD_RETURN_IF_ERROR(CheckStep(*step, now, row));
  if (action == v1::CASE_ACTION_ACKNOWLEDGE) row.set_acknowledge_time_us(Micros(now));
  if (action == v1::CASE_ACTION_ASK_IDENTITY) row.set_identity_asked_us(Micros(now));
  if (action == v1::CASE_ACTION_EXTEND) row.set_extended(true);
  if (action == v1::CASE_ACTION_ANSWERED) StartAgain(now, row);
  row.set_state(step->to);
  if (HasBit(kAwaiting, row.state())) row.set_stop_time_us(Micros(now));
  row.set_due_time_us(DueTimeUs(calendar, row));
  row.set_revision(row.revision() + 1);
  return absl::OkStatus();
}

absl::Status Close(v1::CaseOutcome outcome, absl::Time now, storage::Case& row) {
  const bool without_answer = outcome == v1::CASE_OUTCOME_REFUSED || outcome == v1::CASE_OUTCOME_WITHDRAWN;
  const Bits granted = BitsOf({v1::CASE_STATE_AWAITING_ERASURE});
  const Bits from = BitsOf({v1::CASE_STATE_OPEN}) | granted | (without_answer ? kAwaiting : 0);
  if (!HasBit(from, row.state())) {
    return WrongState({.thing = "case",
                       .state = StateName(row.state()),
                       .event = "CLOSE with this outcome",
                       .states = StatesIn(from)});
  }
  SetClosed(outcome, now, row);
  return absl::OkStatus();
}

void CloseErased(absl::Time now, storage::Case& row) { SetClosed(v1::CASE_OUTCOME_ERASED, now, row); }

bool EndsRestriction(v1::CaseOutcome outcome) {
  return outcome == v1::CASE_OUTCOME_REFUSED || outcome == v1::CASE_OUTCOME_WITHDRAWN;
}

std::string_view StateName(v1::CaseState state) { return Without("CASE_STATE_", v1::CaseState_Name(state)); }
std::string_view ActionName(v1::CaseAction action) { return Without("CASE_ACTION_", v1::CaseAction_Name(action)); }
std::string_view KindName(v1::CaseKind kind) { return Without("CASE_KIND_", v1::CaseKind_Name(kind)); }

std::string CaseTable() {
  std::string table = "| action | of | from → to | when | the clock |\n|---|---|---|---|---|\n";
  for (const Step& step : kSteps) {
    const std::string_view when = step.once && step.in_time ? "once, before it is overdue"
                                  : step.once               ? "once"
                                  : step.in_time            ? "before it is overdue"
                                                            : "any time";
    table +=
        Cat("| ", ActionName(step.action), " | ", step.kinds == kRequests ? "all but COMPLAINT" : KindsIn(step.kinds),
            " | ", StatesIn(step.from), " → ", StateName(step.to), " | ", when, " | ", step.effect, " |\n");
  }
  return table;
}

}  // namespace nwd::consent
