#include "services/consent/authority_end.h"

#include <optional>

#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "services/consent/authority_rows.h"
#include "services/consent/awaiting.h"
#include "services/consent/consent_rows.h"
#include "services/consent/parts.h"
#include "services/consent/telling.h"

namespace nwd::consent {

absl::Status EndAuthority(store::Txn& txn, storage::Authority& authority, AuthorityEvent event, v1::NoticeType notice,
                          absl::Time now, std::vector<ids::Uuid>& told) {
  const AuthorityState state = StateAt(authority, now);
  const std::optional<AuthorityState> next = Next(state, event);
  NWD_CHECK(next.has_value() && IsOver(*next));
  authority.set_state(*next);
  authority.set_end_time_us(Micros(now));
  authority.set_revision(authority.revision() + 1);
  if (notice != v1::NOTICE_TYPE_UNSPECIFIED) {
    const Cited basis{BasisKind::kAuthority, consents::IdOf(authority.authority_id())};
    const Telling telling{notice, basis, consents::IdOf(authority.person_id()), now};
    NWD_RETURN_IF_ERROR(TellReaders(txn, telling, authority.recipients(), told));
  }
  if (state == v1::AUTHORITY_STATE_ASSERTED) NWD_RETURN_IF_ERROR(awaiting::Take(txn, authority));
  authorities::PutOver(txn, authority);
  AppendAuthorityChange(txn, authority, now);
  return absl::OkStatus();
}

}  // namespace nwd::consent
