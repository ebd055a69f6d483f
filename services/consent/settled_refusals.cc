#include "services/consent/settled_refusals.h"

#include <vector>

#include "common/base/macros.h"
#include "services/consent/consent_refusals.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/decide.h"

namespace nwd::consent {
namespace {

void PutChanged(store::Txn& txn, storage::Consent& consent) {
  consent.set_revision(consent.revision() + 1);
  consents::Put(txn, consent);
}

std::vector<CategoryMask> RefusedIn(const storage::Consent& consent) {
  std::vector<CategoryMask> refused;
  for (const storage::Recipient& recipient : consent.recipients()) refused.push_back(recipient.refused_categories());
  return refused;
}

}  // namespace

absl::Status SettleDecision(store::Txn& txn, storage::Consent& decided) {
  const bool given = decided.state() == v1::CONSENT_STATE_GIVEN;
  if (!given && decided.state() != v1::CONSENT_STATE_REFUSED) return absl::OkStatus();
  NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> others,
                       consents::OfPerson(txn, consents::IdOf(decided.person_id())));
  for (storage::Consent& other : others) {
    if (other.consent_id() == decided.consent_id()) continue;
    if (given) {
      ApplyRefusal(decided, other);
    } else if (IsStoodBy(other.state()) && ApplyRefusal(other, decided)) {
      PutChanged(txn, other);
    }
  }
  return absl::OkStatus();
}

absl::Status SettleFamily(store::Txn& txn, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> all, consents::OfPerson(txn, person_id));
  std::vector<storage::Consent> refusals;
  for (const storage::Consent& consent : all) {
    if (consent.state() == v1::CONSENT_STATE_REFUSED) refusals.push_back(consent);
  }
  for (storage::Consent& consent : all) {
    if (!IsStoodBy(consent.state())) continue;
    const std::vector<CategoryMask> before = RefusedIn(consent);
    for (storage::Recipient& recipient : *consent.mutable_recipients()) recipient.clear_refused_categories();
    for (const storage::Consent& refused : refusals) ApplyRefusal(consent, refused);
    if (RefusedIn(consent) != before) PutChanged(txn, consent);
  }
  return absl::OkStatus();
}

}  // namespace nwd::consent
