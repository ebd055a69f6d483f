// The referral's state machine as data: one table, and lookups over it. The only place where transitions live;
// docs/referral-states.md is printed from it and the tests try every state, action and actor against it.
//
//   const Row* row = FindRow(REFERRAL_STATE_SENT, REFERRAL_ACTION_ACCEPT, Actor::kReceiver);  // null: not in the table
//
// A row says who may do an action from which states, where it leads, what must hold (guards, judged by plan.h), what
// happens besides (effects, carried out by mover.h), and which reasons and fields the action takes. Values only;
// thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "nwd/referral/v1/referral.pb.h"

namespace nwd::referral {

using v1::ReferralAction;
using v1::ReferralReason;
using v1::ReferralState;

// A set of the values of a small enum; values are 0 to 63.
template <class T>
class Set {
 public:
  constexpr Set() = default;
  constexpr Set(T one) : bits_(Bit(one)) {}  // NOLINT: a single value is a set of one
  constexpr Set(std::initializer_list<T> values) {
    for (const T value : values) bits_ |= Bit(value);
  }
  constexpr bool Has(T value) const { return (bits_ & Bit(value)) != 0; }
  constexpr bool Meets(Set other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool Holds(Set other) const { return (bits_ & other.bits_) == other.bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr Set operator|(Set a, Set b) { return FromBits(a.bits_ | b.bits_); }
  friend constexpr Set operator&(Set a, Set b) { return FromBits(a.bits_ & b.bits_); }
  friend constexpr Set operator-(Set a, Set b) { return FromBits(a.bits_ & ~b.bits_); }
  friend constexpr bool operator==(Set, Set) = default;

 private:
  static constexpr uint64_t Bit(T value) { return uint64_t{1} << static_cast<int>(value); }
  static constexpr Set FromBits(uint64_t bits) {
    Set set;
    set.bits_ = bits;
    return set;
  }
  uint64_t bits_ = 0;
};

using States = Set<ReferralState>;
using Reasons = Set<ReferralReason>;

// Who acts.
enum class Actor {
  kReferrer,  // R: the organisation that made it
  kReceiver,  // T: the organisation it goes to
  kPerson,    // P: the person, through a resident channel
  kConsent,   // C: the consent service, when the basis ends
  kTimer,     // S: the suite itself, when time is up
};
inline constexpr Actor kActors[] = {Actor::kReferrer, Actor::kReceiver, Actor::kPerson, Actor::kConsent, Actor::kTimer};
using Actors = Set<Actor>;

// What must hold besides state and actor.
enum class Guard {
  kBasisPermits,        // consent or authority permits the receiver for purpose REFERRAL, asked at once
  kServiceTakes,        // the service is active, takes referrals, and the same organisation answers for it
  kRoom,                // a place is free, or already held
  kNoOtherOpen,         // no other open referral by this referrer for this person (any id of theirs) and service
  kOutcomeRecorded,     // at least one outcome, asked of the outcome service at once
  kMissedIfNoShow,      // with reason NO_SHOW: at least one missed appointment
  kNotReopenedBefore,   // only once
  kWithinReopenWindow,  // within reopen_within_calendar_days of its end
  kTimerPassed,         // the suite's own time for this has come
  kNotNudged,           // whose move it is was not reminded yet
  kNudged,              // it was
  kBasisEnded,          // the consent service said so
  kBasisStands,         // it is in force for the receiver, its reads perhaps used up; asked at once
};
inline constexpr Guard kGuards[] = {Guard::kBasisPermits,
                                    Guard::kServiceTakes,
                                    Guard::kRoom,
                                    Guard::kNoOtherOpen,
                                    Guard::kOutcomeRecorded,
                                    Guard::kMissedIfNoShow,
                                    Guard::kNotReopenedBefore,
                                    Guard::kWithinReopenWindow,
                                    Guard::kTimerPassed,
                                    Guard::kNotNudged,
                                    Guard::kNudged,
                                    Guard::kBasisEnded,
                                    Guard::kBasisStands};
using Guards = Set<Guard>;

// What happens besides the new state.
enum class Effect {
  kHoldPlace,     // unless held
  kReleasePlace,  // if held
  kStartClock,    // the receiver's time to decide begins
  kPauseClock,    // it stands still
  kResumeClock,   // it goes on with the working days that were left
  kOpenGrant,     // under a consent, the receiver may read the record from now on; after the commit, before the reply
  kCloseGrant,    // it may not any more; before the commit
  kOfferAlternatives,  // up to three eligible services with room, for the referrer
  kMakeChild,          // another referral to another service, same correlation id
  kInviteFeedback,     // the event says that the person is to be asked how it was
  kEndAccess,          // text is no longer shown to the receiver
  kMoveGrant,          // the receiver's access, where it has it, rests on the new consent; after the commit
  kRemind,             // nothing moves, and the etag stays: an event for both sides to see
  kDelete,             // the referral is removed
};
inline constexpr Effect kEffects[] = {
    Effect::kHoldPlace,   Effect::kReleasePlace,   Effect::kStartClock, Effect::kPauseClock,
    Effect::kResumeClock, Effect::kOpenGrant,      Effect::kCloseGrant, Effect::kOfferAlternatives,
    Effect::kMakeChild,   Effect::kInviteFeedback, Effect::kEndAccess,  Effect::kMoveGrant,
    Effect::kRemind,      Effect::kDelete};
using Effects = Set<Effect>;

// Fields of a request that only some actions take. Text is taken by every action of an organisation: as question,
// answer or note.
enum class Field { kReason, kText, kExpectedStartOn, kReviewOn, kRedirectServiceId };
inline constexpr Field kFields[] = {Field::kReason, Field::kText, Field::kExpectedStartOn, Field::kReviewOn,
                                    Field::kRedirectServiceId};
using Fields = Set<Field>;

struct Row {
  States from;  // REFERRAL_STATE_UNSPECIFIED: there is none yet
  ReferralAction action = v1::REFERRAL_ACTION_UNSPECIFIED;
  ReferralState to = v1::REFERRAL_STATE_UNSPECIFIED;  // UNSPECIFIED: it stays, or (with kDelete) is gone
  Actors by;
  Guards guards;
  Effects effects;
  Reasons reasons;  // that the action takes; empty: none
  Fields required;  // that must be given
  Fields taken;     // that may be given, required ones included; text besides
};

// All rows. No two rows share a state, an action and an actor.
std::span<const Row> Table();

// The row for this, or null.
const Row* FindRow(ReferralState from, ReferralAction action, Actor actor);
// The first row that any of these actors may use, or null.
const Row* FindRow(ReferralState from, ReferralAction action, Actors actors);
// From where these actors may do this at all.
States StatesFor(ReferralAction action, Actors actors);
// Who may do this from here.
Actors ActorsFor(ReferralState from, ReferralAction action);

// The event of this action invites feedback, whoever it is by.
bool InvitesFeedback(ReferralAction action);

inline constexpr States kOpen = {v1::REFERRAL_STATE_DRAFT,       v1::REFERRAL_STATE_SENT,
                                 v1::REFERRAL_STATE_RECEIVED,    v1::REFERRAL_STATE_INFO_REQUESTED,
                                 v1::REFERRAL_STATE_ACCEPTED,    v1::REFERRAL_STATE_WAITLISTED,
                                 v1::REFERRAL_STATE_IN_PROGRESS, v1::REFERRAL_STATE_ON_HOLD};
// While in these the receiver has, under a consent, its access grant, and may book appointments.
inline constexpr States kTakenOn = {v1::REFERRAL_STATE_ACCEPTED, v1::REFERRAL_STATE_WAITLISTED,
                                    v1::REFERRAL_STATE_IN_PROGRESS, v1::REFERRAL_STATE_ON_HOLD};
inline constexpr States kInProvision = {v1::REFERRAL_STATE_IN_PROGRESS, v1::REFERRAL_STATE_ON_HOLD};

}  // namespace nwd::referral
