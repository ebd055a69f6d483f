#include "services/consent/split_consents.h"

#include <optional>
#include <vector>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/code_rows.h"
#include "services/consent/consent_rows.h"
#include "services/consent/consent_states.h"
#include "services/consent/grants.h"
#include "services/consent/joins.h"
#include "services/consent/settled_refusals.h"

namespace nwd::consent {
namespace {

absl::Status SpendCode(store::Txn& txn, const storage::Consent& consent) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::OneTimeCode> code,
                       codes::OfConsent(txn, consents::IdOf(consent.consent_id())));
  if (!code.has_value() || code->seed().empty()) return absl::OkStatus();
  code->clear_seed();
  codes::PutOfConsent(txn, *code);
  return absl::OkStatus();
}

}  // namespace

absl::Status SettleSplit(store::Txn& txn, const ids::Uuid& person_id, absl::Time now, std::vector<ids::Uuid>& told) {
  NWD_RETURN_IF_ERROR(SettleFamily(txn, person_id, now, told));
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(txn, person_id));
  NWD_ASSIGN_OR_RETURN(std::vector<storage::Consent> all, consents::OfPerson(txn, person_id));
  for (storage::Consent& consent : all) {
    if (!IsStoodBy(consent.state())) continue;
    NWD_RETURN_IF_ERROR(SpendCode(txn, consent));
    NWD_ASSIGN_OR_RETURN(bool changed, grants::CloseOthers(txn, consent, family, Micros(now)));
    changed |= consent.corroborated_by_person();
    consent.clear_corroborated_by_person();
    if (!changed) continue;
    consent.set_revision(consent.revision() + 1);
    consents::Put(txn, consent);
  }
  return absl::OkStatus();
}

}  // namespace nwd::consent
