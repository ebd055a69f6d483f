#include "services/consent/person_telling.h"

#include <utility>

#include "common/access/resident_channel.h"
#include "common/base/timestamps.h"
#include "services/consent/consent_rows.h"
#include "services/consent/enrolments.h"
#include "services/consent/limits.h"
#include "services/consent/main_contact_rows.h"
#include "services/consent/notice_rows.h"

namespace nwd::consent {
namespace {

access::OrganisationPtr Active(const Parts& parts, const ids::Uuid& organisation_id) {
  access::OrganisationPtr organisation = parts.organisations.Known(organisation_id.ToString());
  return IsActive(organisation) ? organisation : nullptr;
}

absl::StatusOr<std::vector<ids::Uuid>> WhoTells(const store::Reader& reader, const Parts& parts,
                                                const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(std::vector<ids::Uuid> tellers, enrolments::ChannelsOf(reader, person_id));
  std::erase_if(tellers, [&](const ids::Uuid& channel) { return !access::IsResidentChannel(Active(parts, channel)); });
  if (!tellers.empty()) return tellers;
  NWD_ASSIGN_OR_RETURN(const storage::Person said, people::LatestMainContact(reader, person_id));
  const ids::Uuid contact = consents::IdOf(said.main_contact_organisation_id());
  if (Active(parts, contact) != nullptr) tellers.push_back(contact);
  return tellers;
}

}  // namespace

absl::StatusOr<std::vector<ids::Uuid>> TellPerson(store::Txn& txn, const Parts& parts,
                                                  const storage::EmergencyAccess& access, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(std::vector<ids::Uuid> tellers, WhoTells(txn, parts, consents::IdOf(access.person_id())));
  for (const ids::Uuid& teller : tellers) {
    storage::Notice notice;
    notice.set_type(v1::NOTICE_TYPE_EMERGENCY_ACCESS);
    notice.set_person_id(access.person_id());
    notice.set_emergency_access_id(access.emergency_access_id());
    notice.set_create_time_us(Micros(now));
    notice.set_due_time_us(Micros(now + kNoticeDue));
    NWD_RETURN_IF_ERROR(notices::Add(txn, teller, std::move(notice)));
  }
  return tellers;
}

}  // namespace nwd::consent
