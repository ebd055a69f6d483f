#include "services/consent/notice_ties.h"

#include "common/base/macros.h"
#include "services/consent/consent_rows.h"

namespace nwd::consent::notices {

absl::StatusOr<bool> IsShownTo(const store::Reader& reader, const ties::Asker& asker, const ids::Uuid& person_id,
                               v1::NoticeType type) {
  if (!asker.is_channel || type == v1::NOTICE_TYPE_ERASURE) return true;
  return ties::HasPerson(reader, asker, person_id);
}

absl::StatusOr<bool> CanBeAnswered(const store::Reader& reader, const Organisations& organisations,
                                   const ids::Uuid& recipient_id, const storage::Notice& notice) {
  const access::OrganisationPtr recipient = organisations.Known(recipient_id.ToString());
  if (!IsActive(recipient)) return false;
  if (!recipient->HasRole(common::v1::ROLE_AGENCY) && !recipient->HasRole(common::v1::ROLE_RESIDENT_CHANNEL)) {
    return false;
  }
  return IsShownTo(reader, ties::AskerOf(recipient_id, recipient), consents::IdOf(notice.person_id()), notice.type());
}

}  // namespace nwd::consent::notices
