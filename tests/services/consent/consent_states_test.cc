#include "services/consent/consent_states.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "common/base/timestamps.h"

namespace nwd::consent {
namespace {

using enum ConsentEvent;

constexpr std::string_view kDiagram =
    "DRAFT REQUEST REQUESTED;DRAFT LAPSE LAPSED;REQUESTED GIVE GIVEN;REQUESTED REFUSE REFUSED;REQUESTED DEFER DEFERRED;"
    "REQUESTED LAPSE LAPSED;DEFERRED REQUEST REQUESTED;DEFERRED LAPSE LAPSED;GIVEN SUSPEND SUSPENDED;SUSPENDED RESUME "
    "GIVEN;"
    "GIVEN WITHDRAW WITHDRAWN;GIVEN REVOKE REVOKED;GIVEN EXPIRE EXPIRED;GIVEN INVALIDATE INVALIDATED;GIVEN SUPERSEDE "
    "SUPERSEDED;"
    "SUSPENDED WITHDRAW WITHDRAWN;SUSPENDED REVOKE REVOKED;SUSPENDED EXPIRE EXPIRED;SUSPENDED INVALIDATE INVALIDATED;"
    "SUSPENDED SUPERSEDE SUPERSEDED;";

TEST(ConsentStates, EveryStateAndEventIsAsTheDiagramHasIt) {
  int possible = 0;
  for (int state = v1::CONSENT_STATE_DRAFT; state <= v1::CONSENT_STATE_SUPERSEDED; ++state) {
    for (int event = 0; event < kConsentEvents; ++event) {
      const auto from = static_cast<ConsentState>(state);
      const auto by = static_cast<ConsentEvent>(event);
      const auto to = Next(from, by);
      const std::string row = std::string(StateName(from)) + " " + std::string(EventName(by)) + " ";
      if (!to.has_value()) {
        EXPECT_EQ((";" + std::string(kDiagram)).find(";" + row), std::string::npos) << row;
        continue;
      }
      ++possible;
      EXPECT_NE((";" + std::string(kDiagram)).find(";" + row + std::string(StateName(*to)) + ";"), std::string::npos)
          << row;
    }
  }
  EXPECT_EQ(possible, 20);
}

TEST(ConsentStates, AnEventLeadsToOneStateFromWhereverItHappens) {
  for (int state = v1::CONSENT_STATE_DRAFT; state <= v1::CONSENT_STATE_SUPERSEDED; ++state) {
    for (int event = 0; event < kConsentEvents; ++event) {
      const auto by = static_cast<ConsentEvent>(event);
      const auto to = Next(static_cast<ConsentState>(state), by);
      EXPECT_EQ(to.value_or(StateAfter(by)), StateAfter(by)) << EventName(by);
    }
  }
}

TEST(ConsentStates, TerminalStatesNeverReopen) {
  for (const auto state :
       {v1::CONSENT_STATE_REFUSED, v1::CONSENT_STATE_LAPSED, v1::CONSENT_STATE_WITHDRAWN, v1::CONSENT_STATE_REVOKED,
        v1::CONSENT_STATE_EXPIRED, v1::CONSENT_STATE_INVALIDATED, v1::CONSENT_STATE_SUPERSEDED}) {
    EXPECT_TRUE(IsTerminal(state)) << StateName(state);
  }
  for (const auto state : {v1::CONSENT_STATE_DRAFT, v1::CONSENT_STATE_REQUESTED, v1::CONSENT_STATE_DEFERRED,
                           v1::CONSENT_STATE_GIVEN, v1::CONSENT_STATE_SUSPENDED}) {
    EXPECT_FALSE(IsTerminal(state)) << StateName(state);
  }
}

TEST(ConsentStates, TimeEndsWhatWasGivenAndLapsesWhatWasAsked) {
  const absl::Time end = absl::FromUnixSeconds(1'000'000);
  storage::Consent consent;
  consent.set_valid_until_us(Micros(end));
  const auto at = [&](ConsentState state, absl::Time now) {
    consent.set_state(state);
    return StateAt(consent, now);
  };
  EXPECT_EQ(at(v1::CONSENT_STATE_GIVEN, end - absl::Microseconds(1)), v1::CONSENT_STATE_GIVEN);
  EXPECT_EQ(at(v1::CONSENT_STATE_GIVEN, end), v1::CONSENT_STATE_EXPIRED);
  EXPECT_EQ(at(v1::CONSENT_STATE_SUSPENDED, end), v1::CONSENT_STATE_EXPIRED);
  EXPECT_EQ(at(v1::CONSENT_STATE_REQUESTED, end), v1::CONSENT_STATE_LAPSED);
  EXPECT_EQ(at(v1::CONSENT_STATE_DEFERRED, end), v1::CONSENT_STATE_LAPSED);
  EXPECT_EQ(at(v1::CONSENT_STATE_WITHDRAWN, end), v1::CONSENT_STATE_WITHDRAWN);
}

}  // namespace
}  // namespace nwd::consent
