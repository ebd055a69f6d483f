#include "services/consent/telling.h"

#include <algorithm>
#include <utility>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/authority_rows.h"
#include "services/consent/basis.h"
#include "services/consent/consent_rows.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/emergency_rows.h"
#include "services/consent/limits.h"
#include "services/consent/notice_rows.h"

namespace nwd::consent {

void Touched::Add(const ids::Uuid& disclosure_id) {
  if (++count <= kNoticeDisclosuresMax) newest.push_back(disclosure_id);
}

absl::StatusOr<ids::Uuid> KnownBy(const store::Reader& reader, const storage::Disclosure& disclosure,
                                  const ids::Uuid& otherwise) {
  NWD_ASSIGN_OR_RETURN(const BasisPtr basis, FindBasis(reader, CitedOf(disclosure)));
  return basis != nullptr ? basis->person_id() : otherwise;
}

absl::Status Tell(store::Txn& txn, const ids::Uuid& recipient_id, storage::Notice notice, const Touched& touched,
                  absl::Time now, std::vector<ids::Uuid>& told) {
  for (const ids::Uuid& disclosure : touched.newest) notice.add_disclosure_ids(std::string(disclosure.bytes()));
  notice.set_disclosure_count(touched.count);
  notice.set_create_time_us(Micros(now));
  notice.set_due_time_us(Micros(now + kNoticeDue));
  NWD_RETURN_IF_ERROR(notices::Add(txn, recipient_id, std::move(notice)));
  told.push_back(recipient_id);
  return absl::OkStatus();
}

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
    storage::Notice notice;
    notice.set_type(telling.type);
    notice.set_person_id(std::string(telling.person_id.bytes()));
    Cite(telling.basis, notice);
    const Touched touched{newest[recipient.organisation_id()], recipient.disclosures()};
    NWD_RETURN_IF_ERROR(
        Tell(txn, consents::IdOf(recipient.organisation_id()), std::move(notice), touched, telling.now, told));
  }
  return absl::OkStatus();
}

void GivenTo::Add(const disclosures::Placed& placed) {
  Recipient& recipient = recipients_[consents::IdOf(placed.disclosure.recipient_id())];
  if (recipient.touched.count == 0) recipient.newest = placed;
  recipient.touched.Add(placed.disclosure_id);
}

void GivenTo::AddReaders(const ids::Uuid& person_id,
                         const google::protobuf::RepeatedPtrField<storage::Recipient>& recipients) {
  for (const storage::Recipient& recipient : recipients) {
    if (recipient.disclosures() == 0) continue;
    const auto [known, is_new] = recipients_.try_emplace(consents::IdOf(recipient.organisation_id()));
    if (is_new) known->second.newest.person_id = person_id;
  }
}

absl::Status GivenTo::AddAllReaders(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::Consent> consents, consents::OfPerson(reader, person_id));
  for (const storage::Consent& consent : consents) {
    AddReaders(consents::IdOf(consent.person_id()), consent.recipients());
  }
  NWD_RETURN_IF_ERROR(
      authorities::Walk(reader, person_id, "", [&](const std::string&, const storage::Authority& authority) {
        AddReaders(consents::IdOf(authority.person_id()), authority.recipients());
        return store::Visit::kContinue;
      }));
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::EmergencyAccess> all, emergencies::OfPerson(reader, person_id));
  for (const storage::EmergencyAccess& access : all) {
    const auto [known, is_new] = recipients_.try_emplace(consents::IdOf(access.organisation_id()));
    if (is_new) known->second.newest.person_id = consents::IdOf(access.person_id());
  }
  return absl::OkStatus();
}

absl::Status GivenTo::Tell(store::Txn& txn, const storage::Notice& notice, absl::Time now,
                           std::vector<ids::Uuid>& told) const {
  for (const auto& [id, recipient] : recipients_) {
    ids::Uuid known_by = recipient.newest.person_id;
    if (recipient.touched.count > 0) {
      NWD_ASSIGN_OR_RETURN(known_by, KnownBy(txn, recipient.newest.disclosure, known_by));
    }
    storage::Notice theirs = notice;
    theirs.set_person_id(std::string(known_by.bytes()));
    NWD_RETURN_IF_ERROR(consent::Tell(txn, id, std::move(theirs), recipient.touched, now, told));
  }
  return absl::OkStatus();
}

}  // namespace nwd::consent
