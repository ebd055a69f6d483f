#include "services/consent/settled_refusals.h"

#include <vector>

#include "common/base/macros.h"
#include "services/consent/consent_refusals.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"

namespace nwd::consent {
namespace {

// Of all consents of a person those that stand, but for the one that the caller keeps itself.
void SettleStanding(store::Txn& txn, const std::vector<storage::Consent>& all, const std::string& kept_elsewhere) {
  for (const storage::Consent& consent : all) {
    if (!IsStoodBy(consent.state()) || consent.consent_id() == kept_elsewhere) continue;
    storage::Consent settled = consent;
    if (!ApplyRefusals(all, settled)) continue;
    settled.set_revision(settled.revision() + 1);
    consents::Put(txn, settled);
  }
}

}  // namespace

absl::Status SettleDecision(store::Txn& txn, storage::Consent& decided) {
  const bool given = decided.state() == v1::CONSENT_STATE_GIVEN;
  if (!given && decided.state() != v1::CONSENT_STATE_REFUSED) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> all, consents::OfPerson(txn, consents::IdOf(decided.person_id())));
  if (given) {
    ApplyRefusals(all, decided);
    return absl::OkStatus();
  }
  for (storage::Consent& consent : all) {
    if (consent.consent_id() == decided.consent_id()) consent = decided;
  }
  SettleStanding(txn, all, decided.consent_id());
  return absl::OkStatus();
}

absl::Status SettleFamily(store::Txn& txn, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::Consent> all, consents::OfPerson(txn, person_id));
  SettleStanding(txn, all, "");
  return absl::OkStatus();
}

}  // namespace nwd::consent
