// The life of an authority: one table, state × event → state. Nothing else in the project says which state follows
// which.
//
// ACTIVE comes with time, and so does ENDED where nobody ended it: both are computed when an authority is looked at
// (StateAt), never waited for. A person's objection and a second organisation's word reach back to one that has ended,
// because whoever read on it is to be told; nothing makes one permit again. Values in, values out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "nwd/consent/v1/authority_service.pb.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

using v1::AuthorityState;

enum class AuthorityEvent : uint8_t {
  kApprove,   // a second organisation agrees
  kBegin,     // its valid_from has come
  kExpire,    // its time is over
  kEnd,       // who asserted it ends it
  kObject,    // the person objects
  kOverturn,  // a second organisation says that it does not stand
};
inline constexpr int kAuthorityEvents = 6;

// The state after `event`; nothing where it cannot happen in `from`.
std::optional<AuthorityState> Next(AuthorityState from, AuthorityEvent event);

// Where `event` can happen, in words: "ASSERTED, APPROVED, ACTIVE".
std::string StatesThatTake(AuthorityEvent event);

// It permits nothing any more, and never will.
bool IsOver(AuthorityState state);

// A second organisation has approved it once, whatever came of it since.
inline bool WasApproved(const storage::Authority& authority) { return authority.approve_time_us() != 0; }

// When an approved authority begins.
int64_t ValidFromMicros(const storage::Authority& authority);

// The state as it is at `now`: what was decided, or what time has made of it.
AuthorityState StateAt(const storage::Authority& authority, absl::Time now);

// "ACTIVE": the state's name without its prefix.
std::string_view StateName(AuthorityState state);
// "APPROVE".
std::string_view EventName(AuthorityEvent event);

}  // namespace nwd::consent
