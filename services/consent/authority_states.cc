#include "services/consent/authority_states.h"

#include <array>

#include "common/base/strings.h"
#include "common/base/timestamps.h"

namespace nwd::consent {
namespace {

struct Transition {
  AuthorityState from;
  AuthorityEvent event;
  AuthorityState to;
};

using enum AuthorityEvent;

constexpr std::array kTransitions = {
    Transition{v1::AUTHORITY_STATE_ASSERTED, kApprove, v1::AUTHORITY_STATE_APPROVED},
    Transition{v1::AUTHORITY_STATE_ASSERTED, kExpire, v1::AUTHORITY_STATE_ENDED},
    Transition{v1::AUTHORITY_STATE_ASSERTED, kEnd, v1::AUTHORITY_STATE_ENDED},
    Transition{v1::AUTHORITY_STATE_ASSERTED, kObject, v1::AUTHORITY_STATE_OBJECTED},
    Transition{v1::AUTHORITY_STATE_ASSERTED, kOverturn, v1::AUTHORITY_STATE_OVERTURNED},
    Transition{v1::AUTHORITY_STATE_APPROVED, kBegin, v1::AUTHORITY_STATE_ACTIVE},
    Transition{v1::AUTHORITY_STATE_APPROVED, kExpire, v1::AUTHORITY_STATE_ENDED},
    Transition{v1::AUTHORITY_STATE_APPROVED, kEnd, v1::AUTHORITY_STATE_ENDED},
    Transition{v1::AUTHORITY_STATE_APPROVED, kObject, v1::AUTHORITY_STATE_OBJECTED},
    Transition{v1::AUTHORITY_STATE_APPROVED, kOverturn, v1::AUTHORITY_STATE_OVERTURNED},
    Transition{v1::AUTHORITY_STATE_ACTIVE, kExpire, v1::AUTHORITY_STATE_ENDED},
    Transition{v1::AUTHORITY_STATE_ACTIVE, kEnd, v1::AUTHORITY_STATE_ENDED},
    Transition{v1::AUTHORITY_STATE_ACTIVE, kObject, v1::AUTHORITY_STATE_OBJECTED},
    Transition{v1::AUTHORITY_STATE_ACTIVE, kOverturn, v1::AUTHORITY_STATE_OVERTURNED},
    Transition{v1::AUTHORITY_STATE_ENDED, kObject, v1::AUTHORITY_STATE_OBJECTED},
    Transition{v1::AUTHORITY_STATE_ENDED, kOverturn, v1::AUTHORITY_STATE_OVERTURNED},
};

constexpr std::array<std::string_view, kAuthorityEvents> kEventNames = {"APPROVE", "BEGIN",  "EXPIRE",
                                                                        "END",     "OBJECT", "OVERTURN"};

}  // namespace

std::optional<AuthorityState> Next(AuthorityState from, AuthorityEvent event) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == from && transition.event == event) return transition.to;
  }
  return std::nullopt;
}

std::string StatesThatTake(AuthorityEvent event) {
  std::string words;
  for (const Transition& transition : kTransitions) {
    if (transition.event == event) words += Cat(words.empty() ? "" : ", ", StateName(transition.from));
  }
  return words;
}

bool IsOver(AuthorityState state) { return !Next(state, kExpire).has_value(); }

int64_t ValidFromMicros(const storage::Authority& authority) {
  return authority.valid_from_us() != 0 ? authority.valid_from_us() : authority.approve_time_us();
}

AuthorityState StateAt(const storage::Authority& authority, absl::Time now) {
  const AuthorityState decided = authority.state();
  if (Micros(now) >= authority.valid_until_us()) return Next(decided, kExpire).value_or(decided);
  if (Micros(now) >= ValidFromMicros(authority)) return Next(decided, kBegin).value_or(decided);
  return decided;
}

std::string_view StateName(AuthorityState state) {
  static constexpr std::string_view kPrefix = "AUTHORITY_STATE_";
  return std::string_view(v1::AuthorityState_Name(state)).substr(kPrefix.size());
}

std::string_view EventName(AuthorityEvent event) { return kEventNames[static_cast<size_t>(event)]; }

}  // namespace nwd::consent
