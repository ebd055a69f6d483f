#include "services/referral/transitions.h"

namespace nwd::referral {
namespace {

using namespace v1;  // NOLINT: the table is unreadable with prefixes

constexpr Actor R = Actor::kReferrer;
constexpr Actor T = Actor::kReceiver;
constexpr Actor P = Actor::kPerson;
constexpr Actor C = Actor::kConsent;
constexpr Actor S = Actor::kTimer;

constexpr States kNone = REFERRAL_STATE_UNSPECIFIED;
constexpr States kDraft = REFERRAL_STATE_DRAFT;
constexpr States kSent = REFERRAL_STATE_SENT;
constexpr States kReceived = REFERRAL_STATE_RECEIVED;
constexpr States kInfoRequested = REFERRAL_STATE_INFO_REQUESTED;
constexpr States kAccepted = REFERRAL_STATE_ACCEPTED;
constexpr States kWaitlisted = REFERRAL_STATE_WAITLISTED;
constexpr States kInProgress = REFERRAL_STATE_IN_PROGRESS;
constexpr States kOnHold = REFERRAL_STATE_ON_HOLD;
constexpr States kCompleted = REFERRAL_STATE_COMPLETED;
constexpr States kDeclined = REFERRAL_STATE_DECLINED;
constexpr States kNotStarted = REFERRAL_STATE_NOT_STARTED;
constexpr States kEndedEarly = REFERRAL_STATE_ENDED_EARLY;
constexpr States kExpired = REFERRAL_STATE_EXPIRED;
constexpr States kClosed = REFERRAL_STATE_CLOSED;
constexpr States kOver =
    kCompleted | kDeclined | kNotStarted | kEndedEarly | kExpired | kClosed |
    States{REFERRAL_STATE_REDIRECTED, REFERRAL_STATE_WITHDRAWN, REFERRAL_STATE_CANCELLED_BY_PERSON};

// Laid out by hand from here on: a row a line, as far as it fits.
// clang-format off
constexpr Reasons kProvider = {REFERRAL_REASON_NO_CAPACITY,     REFERRAL_REASON_NOT_ELIGIBLE,
                               REFERRAL_REASON_OUT_OF_AREA,     REFERRAL_REASON_SERVICE_CLOSED,
                               REFERRAL_REASON_WRONG_SERVICE,   REFERRAL_REASON_ALREADY_ON_PROVISION,
                               REFERRAL_REASON_ALREADY_WORKING, REFERRAL_REASON_NEEDS_ASSESSMENT,
                               REFERRAL_REASON_RISK};
constexpr Reasons kPersonReasons = {REFERRAL_REASON_NO_CONTACT,           REFERRAL_REASON_PERSON_DECLINED,
                                    REFERRAL_REASON_NO_LONGER_INTERESTED, REFERRAL_REASON_HELPED_ELSEWHERE,
                                    REFERRAL_REASON_MOVED,                REFERRAL_REASON_WORK_OR_CARING,
                                    REFERRAL_REASON_DISENGAGED,           REFERRAL_REASON_DIED};
constexpr Reasons kPersonSaidNo = {REFERRAL_REASON_PERSON_DECLINED, REFERRAL_REASON_NO_LONGER_INTERESTED,
                                   REFERRAL_REASON_HELPED_ELSEWHERE, REFERRAL_REASON_MOVED,
                                   REFERRAL_REASON_WORK_OR_CARING,   REFERRAL_REASON_DIED};
constexpr Reasons kProblem = {REFERRAL_REASON_DUPLICATE, REFERRAL_REASON_SENT_IN_ERROR};

// Why C acts: consent withdrawn (or ended otherwise), the person's objection to an authority; and an authority that ended
// without their no, which cancels nothing.
constexpr Reasons kPersonsNo = {REFERRAL_REASON_CONSENT_WITHDRAWN, REFERRAL_REASON_PERSON_OBJECTED};
constexpr Reasons kNobodysNo = REFERRAL_REASON_AUTHORITY_ENDED;

constexpr Guards kSendGuards = {Guard::kBasisPermits, Guard::kServiceTakes, Guard::kRoom, Guard::kNoOtherOpen};
constexpr Effects kLetGo = {Effect::kReleasePlace, Effect::kCloseGrant};

constexpr Row kTable[] = {
    {kNone, REFERRAL_ACTION_CREATE, REFERRAL_STATE_DRAFT, {R, P}, {}, {}, {}, {}, {}},
    {kDraft, REFERRAL_ACTION_SEND, REFERRAL_STATE_SENT, {R, P}, kSendGuards, {Effect::kHoldPlace, Effect::kStartClock},
     {}, {}, {}},
    {kDraft, REFERRAL_ACTION_SWEEP, REFERRAL_STATE_UNSPECIFIED, S, Guard::kTimerPassed, Effect::kDelete, {}, {}, {}},
    {kSent, REFERRAL_ACTION_RECEIVE, REFERRAL_STATE_RECEIVED, T, {}, {}, {}, {}, {}},
    {kSent | kReceived, REFERRAL_ACTION_ASK, REFERRAL_STATE_INFO_REQUESTED, T, {}, Effect::kPauseClock, {}, Field::kText,
     {}},
    {kInfoRequested, REFERRAL_ACTION_ANSWER, REFERRAL_STATE_RECEIVED, R, {}, Effect::kResumeClock, {}, Field::kText, {}},
    {kSent | kReceived, REFERRAL_ACTION_ACCEPT, REFERRAL_STATE_ACCEPTED, T, kSendGuards, Effect::kOpenGrant, {}, {},
     Field::kExpectedStartOn},
    {kSent | kReceived | kInfoRequested, REFERRAL_ACTION_DECLINE, REFERRAL_STATE_DECLINED, T, {},
     {Effect::kReleasePlace, Effect::kOfferAlternatives},
     kProvider | Reasons{REFERRAL_REASON_NO_CONTACT, REFERRAL_REASON_DUPLICATE}, Field::kReason, Field::kReason},
    {kSent | kReceived | kAccepted, REFERRAL_ACTION_REDIRECT, REFERRAL_STATE_REDIRECTED, T, {},
     kLetGo | Effects{Effect::kMakeChild}, kProvider, Field::kRedirectServiceId,
     {Field::kReason, Field::kRedirectServiceId}},
    {kAccepted, REFERRAL_ACTION_WAITLIST, REFERRAL_STATE_WAITLISTED, T, {}, Effect::kReleasePlace, {}, {}, {}},
    {kWaitlisted, REFERRAL_ACTION_PROMOTE, REFERRAL_STATE_ACCEPTED, T, Guard::kRoom, Effect::kHoldPlace, {}, {}, {}},
    {kAccepted | kWaitlisted, REFERRAL_ACTION_START, REFERRAL_STATE_IN_PROGRESS, T, {Guard::kBasisStands, Guard::kRoom},
     Effect::kHoldPlace, {}, {}, {}},
    {kAccepted | kWaitlisted, REFERRAL_ACTION_NOT_STARTED, REFERRAL_STATE_NOT_STARTED, T, Guard::kMissedIfNoShow, kLetGo,
     kProvider | kPersonReasons | Reasons{REFERRAL_REASON_NO_SHOW}, Field::kReason, Field::kReason},
    {kInProgress, REFERRAL_ACTION_HOLD, REFERRAL_STATE_ON_HOLD, T, {}, {},
     (kProvider | kPersonReasons) - Reasons{REFERRAL_REASON_DIED}, {Field::kReason, Field::kReviewOn},
     {Field::kReason, Field::kReviewOn}},
    {kOnHold, REFERRAL_ACTION_RESUME, REFERRAL_STATE_IN_PROGRESS, T, {}, {}, {}, {}, {}},
    {kInProgress, REFERRAL_ACTION_COMPLETE, REFERRAL_STATE_COMPLETED, T, Guard::kOutcomeRecorded, kLetGo, {}, {}, {}},
    {kInProgress | kOnHold, REFERRAL_ACTION_END, REFERRAL_STATE_ENDED_EARLY, T, {}, kLetGo, kProvider | kPersonReasons,
     Field::kReason, Field::kReason},
    {kCompleted | kNotStarted | kEndedEarly | kDeclined, REFERRAL_ACTION_CLOSE, REFERRAL_STATE_CLOSED, R, {},
     Effect::kInviteFeedback, {}, {}, {}},
    {kCompleted | kNotStarted | kEndedEarly | kDeclined, REFERRAL_ACTION_CLOSE, REFERRAL_STATE_CLOSED, S,
     Guard::kTimerPassed, Effect::kInviteFeedback, {}, {}, {}},
    {kOpen - kInProvision, REFERRAL_ACTION_WITHDRAW, REFERRAL_STATE_WITHDRAWN, R, {}, kLetGo,
     kProblem | kProvider | kPersonReasons, {}, Field::kReason},
    {kOpen, REFERRAL_ACTION_CANCEL, REFERRAL_STATE_CANCELLED_BY_PERSON, {R, P}, {}, kLetGo, kPersonSaidNo, {},
     Field::kReason},
    {kOpen - kDraft, REFERRAL_ACTION_CANCEL, REFERRAL_STATE_CANCELLED_BY_PERSON, T, {}, kLetGo, kPersonSaidNo, {},
     Field::kReason},
    {kOpen - kInProvision, REFERRAL_ACTION_CANCEL, REFERRAL_STATE_CANCELLED_BY_PERSON, C, Guard::kBasisEnded,
     kLetGo | Effects{Effect::kEndAccess}, kPersonsNo, Field::kReason, Field::kReason},
    {kOpen - kInProvision, REFERRAL_ACTION_ACCESS_ENDED, REFERRAL_STATE_UNSPECIFIED, C, Guard::kBasisEnded,
     Effect::kEndAccess, kNobodysNo, Field::kReason, Field::kReason},
    {kInProvision, REFERRAL_ACTION_ACCESS_ENDED, REFERRAL_STATE_UNSPECIFIED, C, Guard::kBasisEnded,
     {Effect::kCloseGrant, Effect::kEndAccess}, kPersonsNo | kNobodysNo, Field::kReason, Field::kReason},
    {kOpen, REFERRAL_ACTION_CONSENT_RENEWED, REFERRAL_STATE_UNSPECIFIED, C, Guard::kBasisPermits, Effect::kMoveGrant, {},
     {}, {}},
    {kSent | kReceived | kInfoRequested, REFERRAL_ACTION_NUDGE, REFERRAL_STATE_UNSPECIFIED, S,
     {Guard::kTimerPassed, Guard::kNotNudged}, Effect::kRemind, {}, {}, {}},
    {kSent | kReceived | kInfoRequested, REFERRAL_ACTION_EXPIRE, REFERRAL_STATE_EXPIRED, S,
     {Guard::kTimerPassed, Guard::kNudged}, Effect::kReleasePlace, {}, {}, {}},
    {kDeclined | kExpired | kClosed, REFERRAL_ACTION_REOPEN, REFERRAL_STATE_RECEIVED, T,
     kSendGuards | Guards{Guard::kNotReopenedBefore, Guard::kWithinReopenWindow},
     {Effect::kHoldPlace, Effect::kStartClock}, {}, {}, {}},
    {kOpen | kOver, REFERRAL_ACTION_VOID, REFERRAL_STATE_ENTERED_IN_ERROR, R, {}, kLetGo, kProblem, {}, Field::kReason},
};
// clang-format on

}  // namespace

std::span<const Row> Table() { return kTable; }

const Row* FindRow(ReferralState from, ReferralAction action, Actor actor) {
  for (const Row& row : kTable) {
    if (row.action == action && row.from.Has(from) && row.by.Has(actor)) return &row;
  }
  return nullptr;
}

const Row* FindRow(ReferralState from, ReferralAction action, Actors actors) {
  for (const Row& row : kTable) {
    if (row.action == action && row.from.Has(from) && row.by.Meets(actors)) return &row;
  }
  return nullptr;
}

States StatesFor(ReferralAction action, Actors actors) {
  States states;
  for (const Row& row : kTable) {
    if (row.action == action && row.by.Meets(actors)) states = states | row.from;
  }
  return states;
}

Actors ActorsFor(ReferralState from, ReferralAction action) {
  Actors actors;
  for (const Row& row : kTable) {
    if (row.action == action && row.from.Has(from)) actors = actors | row.by;
  }
  return actors;
}

bool InvitesFeedback(ReferralAction action) {
  for (const Row& row : kTable) {
    if (row.action == action && row.effects.Has(Effect::kInviteFeedback)) return true;
  }
  return false;
}

}  // namespace nwd::referral
