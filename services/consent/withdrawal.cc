#include "services/consent/withdrawal.h"

#include "common/base/check.h"
#include "common/base/timestamps.h"
#include "services/consent/consent_rows.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/grants.h"
#include "services/consent/limits.h"
#include "services/consent/notice_rows.h"
#include "services/consent/parts.h"

namespace nwd::consent {
namespace {

absl::Status Tell(store::Txn& txn, const storage::Consent& consent, const storage::Recipient& recipient,
                  const std::vector<ids::Uuid>& newest, v1::NoticeType type, absl::Time now) {
  storage::Notice notice;
  notice.set_type(type);
  notice.set_person_id(consent.person_id());
  notice.set_consent_id(consent.consent_id());
  for (const ids::Uuid& disclosure : newest) notice.add_disclosure_ids(std::string(disclosure.bytes()));
  notice.set_disclosure_count(recipient.disclosures());
  notice.set_create_time_us(Micros(now));
  notice.set_due_time_us(Micros(now + kNoticeDue));
  return notices::Add(txn, consents::IdOf(recipient.organisation_id()), std::move(notice));
}

}  // namespace

absl::StatusOr<std::vector<ids::Uuid>> EndConsent(store::Txn& txn, storage::Consent& consent, ConsentEvent event,
                                                  v1::NoticeType notice, absl::Time now) {
  const std::optional<ConsentState> ended = Next(consent.state(), event);
  NWD_CHECK(ended.has_value() && IsTerminal(*ended));
  consent.set_state(*ended);
  consent.set_end_time_us(Micros(now));
  consent.set_revision(consent.revision() + 1);
  NWD_RETURN_IF_ERROR(grants::CloseAll(txn, consent, Micros(now)));
  std::vector<ids::Uuid> told;
  if (notice != v1::NOTICE_TYPE_UNSPECIFIED) {
    NWD_ASSIGN_OR_RETURN(disclosures::ByRecipient newest,
                         disclosures::NewestUnder(txn, consent, kNoticeDisclosuresMax));
    for (const storage::Recipient& recipient : consent.recipients()) {
      if (recipient.disclosures() == 0) continue;
      NWD_RETURN_IF_ERROR(Tell(txn, consent, recipient, newest[recipient.organisation_id()], notice, now));
      told.push_back(consents::IdOf(recipient.organisation_id()));
    }
  }
  consents::Put(txn, consent);
  AppendConsentChange(txn, consent, now);
  return told;
}

}  // namespace nwd::consent
