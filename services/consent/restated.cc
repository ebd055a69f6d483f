#include "services/consent/restated.h"

#include <algorithm>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/authority_states.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/keys.h"
#include "services/consent/parts.h"
#include "services/consent/superseding.h"

namespace nwd::consent {
namespace {

// When the consent came to stand as it is kept, or when its time was over.
absl::Time StandsSo(const storage::Consent& consent, bool timed_out) {
  if (timed_out) return FromMicros(consent.valid_until_us());
  return FromMicros(
      std::max({consent.create_time_us(), consent.decide_time_us(), consent.suspend_time_us(), consent.end_time_us()}));
}

absl::Time StandsSo(const storage::Authority& authority, AuthorityState state) {
  const int64_t active_us = state == v1::AUTHORITY_STATE_ACTIVE ? authority.valid_from_us() : 0;
  return FromMicros(
      std::max({authority.create_time_us(), authority.approve_time_us(), authority.end_time_us(), active_us}));
}

}  // namespace

std::vector<replica::RestatedTable> RestatedTables(const Clock& clock) {
  auto tell_consent = [&clock](const store::Reader& reader,
                               storage::Consent consent) -> absl::StatusOr<std::optional<common::v1::Change>> {
    const ConsentState state = StateAt(consent, clock.Now());
    const absl::Time since = StandsSo(consent, state != consent.state());
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> older, Superseded(reader, consent));
    consent.set_state(state);
    return ConsentChangeOf(consent, since, older ? consents::IdOf(older->consent_id()) : ids::Uuid());
  };
  auto tell_authority = [&clock](
                            const store::Reader&,
                            const storage::Authority& authority) -> absl::StatusOr<std::optional<common::v1::Change>> {
    const AuthorityState state = StateAt(authority, clock.Now());
    // That one's time is over is told to nobody: it permits nothing by its date, and ends nothing else.
    if (IsOver(state) && !IsOver(authority.state())) return std::nullopt;
    return AuthorityChangeOf(authority, state, StandsSo(authority, state));
  };
  return {replica::Restated<storage::Consent>(std::string(1, keys::kConsent), tell_consent),
          replica::Restated<storage::Authority>(std::string(1, keys::kAuthority), tell_authority)};
}

}  // namespace nwd::consent
