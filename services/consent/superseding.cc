#include "services/consent/superseding.h"

#include <string>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/joins.h"
#include "services/consent/reasons.h"

namespace nwd::consent {
namespace {

ids::Uuid PersonOf(const storage::Consent& consent) { return consents::IdOf(consent.person_id()); }

}  // namespace

absl::Status CheckPlaceIsFree(const store::Reader& reader, const storage::Consent& consent) {
  if (consent.supersedes_consent_id().empty()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Consent> old,
                       consents::Find(reader, consents::IdOf(consent.supersedes_consent_id())));
  if (!old.has_value()) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(reader, PersonOf(consent), PersonOf(*old)));
  if (!one) {
    return status::Error(
        absl::StatusCode::kFailedPrecondition, reasons::kNotJoined,
        "the consent that supersedes_consent_id names is another person's since the two were split; draw "
        "up one that cites none of theirs");
  }
  if (old->state() != v1::CONSENT_STATE_SUPERSEDED) return absl::OkStatus();
  const std::string state(StateName(old->state()));
  return status::Error(absl::StatusCode::kFailedPrecondition, reasons::kAlreadySuperseded,
                       Cat("the consent that supersedes_consent_id names is ", state,
                           ": another took its place before; draw up one that cites the consent in force"),
                       {{"state", state}});
}

absl::StatusOr<std::optional<storage::Consent>> Superseded(const store::Reader& reader,
                                                           const storage::Consent& consent) {
  if (consent.supersedes_consent_id().empty()) return std::nullopt;
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> old,
                       consents::Find(reader, consents::IdOf(consent.supersedes_consent_id())));
  if (!old.has_value() || old->state() != v1::CONSENT_STATE_SUPERSEDED ||
      old->end_time_us() != consent.decide_time_us()) {
    return std::nullopt;
  }
  NWD_ASSIGN_OR_RETURN(const bool one, joins::AreOne(reader, PersonOf(consent), PersonOf(*old)));
  if (!one) return std::nullopt;
  return old;
}

}  // namespace nwd::consent
