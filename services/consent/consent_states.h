// The life of a consent: one table, state × event → state. Nothing else in the project says which state follows which.
//
// LAPSED and EXPIRED come with time alone: they are computed when a consent is looked at (StateAt), never waited for.
// Terminal states never reopen. Values in, values out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

using v1::ConsentState;

enum class ConsentEvent : uint8_t {
  kRequest,     // put to the person
  kGive,        // the person agrees
  kRefuse,      // the person says no
  kDefer,       // the person wants to think
  kLapse,       // nobody decided in time
  kSuspend,     // not in force for now
  kResume,      // in force again
  kWithdraw,    // the person takes it back
  kRevoke,      // the captor takes it back
  kExpire,      // its time is over
  kInvalidate,  // it was never good
  kSupersede,   // another takes its place
};
inline constexpr int kConsentEvents = 12;

// The state after `event`; nothing where it cannot happen in `from`.
std::optional<ConsentState> Next(ConsentState from, ConsentEvent event);

// The state that `event` leads to: the same from wherever it can happen.
ConsentState StateAfter(ConsentEvent event);

// Where `event` can happen, in words: "GIVEN, SUSPENDED".
std::string StatesThatTake(ConsentEvent event);

bool IsTerminal(ConsentState state);

// The person has agreed to it once, whatever came of it since.
bool WasGiven(ConsentState state);
// The person has agreed to it and stands by it: GIVEN or SUSPENDED.
bool IsStoodBy(ConsentState state);

// The state as it is at `now`: what was decided, or what time has made of it.
ConsentState StateAt(const storage::Consent& consent, absl::Time now);

// "GIVEN": the state's name without its prefix, as feeds and messages have it.
std::string_view StateName(ConsentState state);
// "WITHDRAW".
std::string_view EventName(ConsentEvent event);

}  // namespace nwd::consent
