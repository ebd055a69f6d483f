#include "services/consent/withdrawal.h"

#include <optional>
#include <utility>

#include "common/base/check.h"
#include "common/base/timestamps.h"
#include "services/consent/consent_rows.h"
#include "services/consent/grants.h"
#include "services/consent/limits.h"
#include "services/consent/parts.h"
#include "services/consent/settled_refusals.h"
#include "services/consent/superseding.h"
#include "services/consent/telling.h"

namespace nwd::consent {
namespace {

ids::Uuid PersonOf(const storage::Consent& consent) { return consents::IdOf(consent.person_id()); }

// Tells those who read under `consent` and are not among `told`, and adds them.
absl::Status TellReadersOf(store::Txn& txn, const storage::Consent& consent, v1::NoticeType type, absl::Time now,
                           std::vector<ids::Uuid>& told) {
  const Cited basis{BasisKind::kConsent, consents::IdOf(consent.consent_id())};
  return TellReaders(txn, {type, basis, consents::IdOf(consent.person_id()), now}, consent.recipients(), told);
}

// Tells those who read under the consents that this one took the place of, back to the first: one captor's about one
// person, of which there are kConsentsPerCaptorMax.
absl::Status TellBack(store::Txn& txn, storage::Consent newer, v1::NoticeType type, absl::Time now,
                      std::vector<ids::Uuid>& told) {
  while (true) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Consent> older, Superseded(txn, newer));
    if (!older.has_value()) return absl::OkStatus();
    NWD_RETURN_IF_ERROR(TellReadersOf(txn, *older, type, now, told));
    newer = *std::move(older);
  }
}

}  // namespace

absl::StatusOr<ToldOfEnd> TakeOutOfForce(store::Txn& txn, storage::Consent& consent, ConsentEvent event,
                                         v1::NoticeType notice, absl::Time now) {
  const std::optional<ConsentState> next = Next(consent.state(), event);
  NWD_CHECK(next.has_value() && *next != v1::CONSENT_STATE_GIVEN);
  consent.set_state(*next);
  consent.set_revision(consent.revision() + 1);
  if (IsTerminal(*next)) {
    consent.set_end_time_us(Micros(now));
    consent.clear_suspend_time_us();
    consent.clear_resume_needs_person();
    NWD_RETURN_IF_ERROR(grants::CloseAll(txn, consent, Micros(now)));
  }
  ToldOfEnd told;
  if (notice != v1::NOTICE_TYPE_UNSPECIFIED) {
    NWD_RETURN_IF_ERROR(TellReadersOf(txn, consent, notice, now, told.readers));
    if (event != ConsentEvent::kInvalidate) NWD_RETURN_IF_ERROR(TellBack(txn, consent, notice, now, told.readers));
  }
  consents::Put(txn, consent);
  AppendConsentChange(txn, consent, now);
  // A yes that was never valid lifted nothing.
  if (event == ConsentEvent::kInvalidate) NWD_RETURN_IF_ERROR(SettleFamily(txn, PersonOf(consent), now, told.others));
  return told;
}

}  // namespace nwd::consent
