#include "services/referral/plan.h"

#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/calendar/london.h"
#include "common/calendar/written_days.h"
#include "common/status/status.h"
#include "services/referral/due_times.h"
#include "services/referral/limits.h"
#include "services/referral/reasons.h"
#include "services/referral/times.h"
#include "services/referral/words.h"

namespace nwd::referral {
namespace {

using absl::StatusCode;

bool Holds(Guard guard, const storage::Referral& referral, const Command& command, const Findings& findings,
           absl::Time now, const Times& times) {
  switch (guard) {
    case Guard::kBasisPermits:
      return findings.basis_permits;
    case Guard::kBasisStands:
      return findings.basis_stands;
    case Guard::kServiceTakes:
      return findings.service_takes;
    case Guard::kRoom:
      return referral.place_held() || findings.has_room;
    case Guard::kNoOtherOpen:
      return !findings.other_open;
    case Guard::kOutcomeRecorded:
      return findings.outcomes > 0;
    case Guard::kMissedIfNoShow:
      return command.reason != v1::REFERRAL_REASON_NO_SHOW || findings.missed_appointments > 0;
    case Guard::kNotReopenedBefore:
      return !referral.reopened();
    case Guard::kWithinReopenWindow:
      return now <= FromMicros(referral.end_time_us()) + CalendarDays(times.reopen_within_calendar_days);
    case Guard::kTimerPassed:
      return referral.timer_time_us() != 0 && FromMicros(referral.timer_time_us()) <= now;
    case Guard::kNotNudged:
      return referral.nudge_time_us() != 0;
    case Guard::kNudged:
      return referral.nudge_time_us() == 0;
    case Guard::kBasisEnded:
      return true;  // only the follower of the consent service is this actor, and only once it has been told
  }
  return false;
}

// What is said where a guard does not hold, and what to do.
struct Refusal {
  Guard guard;
  std::string_view reason;
  std::string_view message;
};

constexpr Refusal kRefusals[] = {
    {Guard::kBasisPermits, reasons::kNoBasis,
     "what the referral rests on does not permit the receiving organisation anything for purpose REFERRAL now; refer "
     "on a "
     "consent or an authority that names it"},
    {Guard::kBasisStands, reasons::kNoBasis,
     "what the referral rests on is not in force for the receiving organisation now; it needs a referral on a consent "
     "or "
     "an authority that is"},
    {Guard::kServiceTakes, reasons::kServiceNotTaking,
     "the service is not active or takes no referrals now; search for another"},
    {Guard::kRoom, reasons::kServiceFull, "every place of the service is taken; search for one with open places"},
    {Guard::kNoOtherOpen, reasons::kAlreadyReferred,
     "the referrer has another open referral of this person to this service; follow that one, or end one of the two"},
    {Guard::kOutcomeRecorded, reasons::kNoOutcome,
     "no outcome is recorded for the referral; record at least one, then COMPLETE"},
    {Guard::kMissedIfNoShow, reasons::kNoMissedAppointment,
     "reason NO_SHOW needs at least one appointment recorded as NO_SHOW; record it first, or give another reason"},
    {Guard::kNotReopenedBefore, reasons::kReopenedBefore, "the referral was reopened once; make a new one"},
    {Guard::kTimerPassed, reasons::kNotDue, "its time has not come"},
    {Guard::kNotNudged, reasons::kNudgedBefore, "there is one reminder, and it was sent"},
    {Guard::kNudged, reasons::kNotNudged, "it expires only after a reminder, and none was sent yet"},
};

absl::Status JudgeGuard(Guard guard, const storage::Referral& referral, const Command& command,
                        const Findings& findings, absl::Time now, const Times& times) {
  if (Holds(guard, referral, command, findings, now, times)) return absl::OkStatus();
  if (guard == Guard::kWithinReopenWindow) {
    const std::string days = Cat(times.reopen_within_calendar_days);
    return status::Error(StatusCode::kFailedPrecondition, reasons::kReopenTooLate,
                         Cat("the referral ended more than ", days, " days ago; make a new one"), {{"days", days}});
  }
  for (const Refusal& refusal : kRefusals) {
    if (refusal.guard == guard) return status::Error(StatusCode::kFailedPrecondition, refusal.reason, refusal.message);
  }
  return absl::InternalError("a guard without a refusal");
}

// A day given must be one, not before today and not too far away.
void CheckDay(std::string_view field, const std::string& text, absl::Time now, status::Violations& violations) {
  if (text.empty()) return;
  const std::optional<absl::CivilDay> day = calendar::ParseDay(text);
  if (!day) {
    violations.Add(field, "must be a day as YYYY-MM-DD");
  } else if (*day < calendar::DayOf(now)) {
    violations.Add(field, "lies in the past");
  } else if (*day > calendar::DayOf(now) + kStartAheadDaysMax) {
    violations.Add(field, Cat("lies more than ", kStartAheadDaysMax, " days ahead"));
  }
}

struct NamedField {
  Field field;
  std::string_view name;
  bool given;
};

void Move(storage::Referral& next, const Row& row, const Command& command, absl::Time now) {
  const ReferralState from = next.state();
  if (row.to != v1::REFERRAL_STATE_UNSPECIFIED) next.set_state(row.to);
  if (command.reason != v1::REFERRAL_REASON_UNSPECIFIED) next.set_reason(command.reason);
  if (!command.expected_start_on.empty()) next.set_expected_start_on(command.expected_start_on);
  next.set_sequence(next.sequence() + 1);
  if (!row.effects.Has(Effect::kRemind)) next.set_revision(next.revision() + 1);
  // Times that count from the last move, and the day a pause is looked at again, outlive what moves nothing.
  if (row.to != v1::REFERRAL_STATE_UNSPECIFIED) {
    next.set_update_time_us(Micros(now));
    next.set_review_on(next.state() == v1::REFERRAL_STATE_ON_HOLD ? command.review_on : "");
  }
  if (kOpen.Has(from) && !kOpen.Has(next.state())) next.set_end_time_us(Micros(now));
  switch (row.action) {
    case v1::REFERRAL_ACTION_CREATE:
      next.set_create_time_us(Micros(now));
      break;
    case v1::REFERRAL_ACTION_SEND:
      next.set_send_time_us(Micros(now));
      next.set_sent_sequence(next.sequence());
      break;
    case v1::REFERRAL_ACTION_ACCEPT:
      next.set_accepted(true);
      break;
    case v1::REFERRAL_ACTION_REOPEN:
      next.set_reopened(true);
      next.set_end_time_us(0);
      next.set_reason(v1::REFERRAL_REASON_UNSPECIFIED);
      next.clear_alternative_service_ids();
      break;
    default:
      break;
  }
}

void ApplyEffects(storage::Referral& next, ReferralState from, const Row& row, absl::Time now,
                  const Timetable& timetable) {
  const auto does = [&](Effect effect) { return row.effects.Has(effect); };
  if (does(Effect::kHoldPlace)) next.set_place_held(true);
  if (does(Effect::kReleasePlace)) next.set_place_held(false);
  if (does(Effect::kStartClock)) StartClock(next, now, timetable);
  if (does(Effect::kPauseClock)) PauseClock(next, now, timetable);
  if (does(Effect::kResumeClock)) ResumeClock(next, now, timetable);
  if (does(Effect::kEndAccess)) next.set_access_ended(true);
  if (does(Effect::kRemind)) next.set_nudge_time_us(0);
  const bool changes_grant = does(Effect::kCloseGrant) || does(Effect::kMoveGrant);
  if (does(Effect::kOpenGrant) || (changes_grant && kTakenOn.Has(from))) {
    next.set_access_number(next.access_number() + 1);
  }
}

}  // namespace

absl::StatusOr<const Row*> RowFor(ReferralState from, const Command& command) {
  if (const Row* row = FindRow(from, command.action, command.actors)) return row;
  const std::string action = ActionWord(command.action);
  const std::string state = StateWord(from);
  const States states = StatesFor(command.action, command.actors);
  const Actors actors = ActorsFor(from, command.action);
  const status::Metadata metadata = {{"action", action}, {"state", state}, {"states", StateWords(states)}};
  if (states.empty() || !actors.empty()) {
    Actors others;
    for (const Row& row : Table()) {
      if (row.action == command.action) others = others | row.by;
    }
    if (!actors.empty()) others = actors;
    return status::Error(
        StatusCode::kPermissionDenied, reasons::kWrongActor,
        Cat(action, " from ", state, " is for ", ActorWords(others), ", not for ", ActorWords(command.actors)),
        metadata);
  }
  return status::Error(StatusCode::kFailedPrecondition, reasons::kWrongState,
                       Cat("the referral is ", state, "; ", action, " is possible from ", StateWords(states)),
                       metadata);
}

absl::Status CheckFields(const Row& row, const Command& command, absl::Time now) {
  status::Violations violations;
  const std::string action = ActionWord(row.action);
  const NamedField fields[] = {
      {Field::kReason, "reason", command.reason != v1::REFERRAL_REASON_UNSPECIFIED},
      {Field::kText, "text", !command.text.empty()},
      {Field::kExpectedStartOn, "expected_start_on", !command.expected_start_on.empty()},
      {Field::kReviewOn, "review_on", !command.review_on.empty()},
      {Field::kRedirectServiceId, "redirect_service_id", !command.redirect_service_id.empty()},
  };
  for (const NamedField& field : fields) {
    const bool taken = field.field == Field::kText || row.taken.Has(field.field) || row.required.Has(field.field);
    if (!field.given && row.required.Has(field.field)) violations.Add(field.name, Cat("is required for ", action));
    if (field.given && !taken) violations.Add(field.name, Cat("is not for ", action));
  }
  if (command.reason != v1::REFERRAL_REASON_UNSPECIFIED && row.taken.Has(Field::kReason) &&
      !row.reasons.Has(command.reason)) {
    violations.Add("reason",
                   Cat(ReasonWord(command.reason), " is no reason for ", action, "; see docs/referral-states.md"));
  }
  CheckDay("expected_start_on", command.expected_start_on, now, violations);
  CheckDay("review_on", command.review_on, now, violations);
  return violations.ToStatus();
}

absl::StatusOr<Planned> Plan(const storage::Referral& referral, const Command& command, const Findings& findings,
                             absl::Time now, const Timetable& timetable) {
  Planned planned;
  NWD_ASSIGN_OR_RETURN(planned.row, RowFor(referral.state(), command));
  const Row& row = *planned.row;
  NWD_RETURN_IF_ERROR(CheckFields(row, command, now));
  for (const Guard guard : kGuards) {
    if (row.guards.Has(guard))
      NWD_RETURN_IF_ERROR(JudgeGuard(guard, referral, command, findings, now, timetable.times));
  }

  planned.next = referral;
  Move(planned.next, row, command, now);
  ApplyEffects(planned.next, referral.state(), row, now, timetable);
  SetDueTimes(planned.next, timetable);

  planned.event.set_sequence(planned.next.sequence());
  planned.event.set_action(row.action);
  planned.event.set_from_state(referral.state());
  planned.event.set_to_state(row.effects.Has(Effect::kDelete) ? v1::REFERRAL_STATE_UNSPECIFIED : planned.next.state());
  planned.event.set_reason(command.reason);
  planned.event.set_actor_organisation_id(command.organisation_id);
  planned.event.set_practitioner(command.practitioner);
  planned.event.set_event_time_us(Micros(now));
  // What the row promises must be what the referral became.
  NWD_CHECK(!planned.next.place_held() || kOpen.Has(planned.next.state()));
  return planned;
}

}  // namespace nwd::referral
