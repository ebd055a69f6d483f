#include "services/consent/telling.h"

#include <algorithm>
#include <utility>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/consent_rows.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/limits.h"
#include "services/consent/notice_rows.h"

namespace nwd::consent {
namespace {

absl::Status Tell(store::Txn& txn, const Telling& telling, const storage::Recipient& recipient,
                  const std::vector<ids::Uuid>& newest) {
  storage::Notice notice;
  notice.set_type(telling.type);
  notice.set_person_id(std::string(telling.person_id.bytes()));
  Cite(telling.basis, notice);
  for (const ids::Uuid& disclosure : newest) notice.add_disclosure_ids(std::string(disclosure.bytes()));
  notice.set_disclosure_count(recipient.disclosures());
  notice.set_create_time_us(Micros(telling.now));
  notice.set_due_time_us(Micros(telling.now + kNoticeDue));
  return notices::Add(txn, consents::IdOf(recipient.organisation_id()), std::move(notice));
}

}  // namespace

absl::Status TellReaders(store::Txn& txn, const Telling& telling,
                         google::protobuf::RepeatedPtrField<storage::Recipient> recipients,
                         std::vector<ids::Uuid>& told) {
  auto passed_over = [&](const storage::Recipient& recipient) {
    const ids::Uuid id = consents::IdOf(recipient.organisation_id());
    return recipient.disclosures() == 0 || std::find(told.begin(), told.end(), id) != told.end();
  };
  recipients.erase(std::remove_if(recipients.begin(), recipients.end(), passed_over), recipients.end());
  const disclosures::Under under{telling.basis, telling.person_id, recipients};
  NWD_ASSIGN_OR_RETURN(disclosures::ByRecipient newest, disclosures::NewestUnder(txn, under, kNoticeDisclosuresMax));
  for (const storage::Recipient& recipient : recipients) {
    NWD_RETURN_IF_ERROR(Tell(txn, telling, recipient, newest[recipient.organisation_id()]));
    told.push_back(consents::IdOf(recipient.organisation_id()));
  }
  return absl::OkStatus();
}

}  // namespace nwd::consent
