#include "services/consent/consent_states.h"

#include <algorithm>
#include <array>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"

namespace nwd::consent {
namespace {

struct Transition {
  ConsentState from;
  ConsentEvent event;
  ConsentState to;
};

using enum ConsentEvent;

constexpr std::array kTransitions = {
    Transition{v1::CONSENT_STATE_DRAFT, kRequest, v1::CONSENT_STATE_REQUESTED},
    Transition{v1::CONSENT_STATE_DRAFT, kLapse, v1::CONSENT_STATE_LAPSED},
    Transition{v1::CONSENT_STATE_REQUESTED, kGive, v1::CONSENT_STATE_GIVEN},
    Transition{v1::CONSENT_STATE_REQUESTED, kRefuse, v1::CONSENT_STATE_REFUSED},
    Transition{v1::CONSENT_STATE_REQUESTED, kDefer, v1::CONSENT_STATE_DEFERRED},
    Transition{v1::CONSENT_STATE_REQUESTED, kLapse, v1::CONSENT_STATE_LAPSED},
    Transition{v1::CONSENT_STATE_DEFERRED, kRequest, v1::CONSENT_STATE_REQUESTED},
    Transition{v1::CONSENT_STATE_DEFERRED, kLapse, v1::CONSENT_STATE_LAPSED},
    Transition{v1::CONSENT_STATE_GIVEN, kSuspend, v1::CONSENT_STATE_SUSPENDED},
    Transition{v1::CONSENT_STATE_GIVEN, kWithdraw, v1::CONSENT_STATE_WITHDRAWN},
    Transition{v1::CONSENT_STATE_GIVEN, kRevoke, v1::CONSENT_STATE_REVOKED},
    Transition{v1::CONSENT_STATE_GIVEN, kExpire, v1::CONSENT_STATE_EXPIRED},
    Transition{v1::CONSENT_STATE_GIVEN, kInvalidate, v1::CONSENT_STATE_INVALIDATED},
    Transition{v1::CONSENT_STATE_GIVEN, kSupersede, v1::CONSENT_STATE_SUPERSEDED},
    Transition{v1::CONSENT_STATE_SUSPENDED, kResume, v1::CONSENT_STATE_GIVEN},
    Transition{v1::CONSENT_STATE_SUSPENDED, kWithdraw, v1::CONSENT_STATE_WITHDRAWN},
    Transition{v1::CONSENT_STATE_SUSPENDED, kRevoke, v1::CONSENT_STATE_REVOKED},
    Transition{v1::CONSENT_STATE_SUSPENDED, kExpire, v1::CONSENT_STATE_EXPIRED},
    Transition{v1::CONSENT_STATE_SUSPENDED, kInvalidate, v1::CONSENT_STATE_INVALIDATED},
    Transition{v1::CONSENT_STATE_SUSPENDED, kSupersede, v1::CONSENT_STATE_SUPERSEDED},
};

constexpr std::array<std::string_view, kConsentEvents> kEventNames = {
    "REQUEST", "GIVE",     "REFUSE", "DEFER",  "LAPSE",      "SUSPEND",
    "RESUME",  "WITHDRAW", "REVOKE", "EXPIRE", "INVALIDATE", "SUPERSEDE",
};

}  // namespace

std::optional<ConsentState> Next(ConsentState from, ConsentEvent event) {
  for (const Transition& transition : kTransitions) {
    if (transition.from == from && transition.event == event) return transition.to;
  }
  return std::nullopt;
}

ConsentState StateAfter(ConsentEvent event) {
  const auto row = std::find_if(kTransitions.begin(), kTransitions.end(),
                                [&](const Transition& transition) { return transition.event == event; });
  NWD_CHECK(row != kTransitions.end());
  return row->to;
}

std::string StatesThatTake(ConsentEvent event) {
  std::string words;
  for (const Transition& transition : kTransitions) {
    if (transition.event == event) words += Cat(words.empty() ? "" : ", ", StateName(transition.from));
  }
  return words;
}

bool IsTerminal(ConsentState state) {
  return std::none_of(kTransitions.begin(), kTransitions.end(),
                      [&](const Transition& row) { return row.from == state; });
}

bool IsStoodBy(ConsentState state) { return state == v1::CONSENT_STATE_GIVEN || state == v1::CONSENT_STATE_SUSPENDED; }

bool WasGiven(ConsentState state) {
  if (state == v1::CONSENT_STATE_GIVEN) return true;
  return std::any_of(kTransitions.begin(), kTransitions.end(), [&](const Transition& transition) {
    return transition.from == v1::CONSENT_STATE_GIVEN && transition.to == state;
  });
}

ConsentState StateAt(const storage::Consent& consent, absl::Time now) {
  if (Micros(now) < consent.valid_until_us()) return consent.state();
  if (const auto expired = Next(consent.state(), kExpire)) return *expired;
  if (const auto lapsed = Next(consent.state(), kLapse)) return *lapsed;
  return consent.state();
}

std::string_view StateName(ConsentState state) {
  static constexpr std::string_view kPrefix = "CONSENT_STATE_";
  return std::string_view(v1::ConsentState_Name(state)).substr(kPrefix.size());
}

std::string_view EventName(ConsentEvent event) { return kEventNames[static_cast<size_t>(event)]; }

}  // namespace nwd::consent
