#include "services/referral/restated.h"

#include "common/base/macros.h"
#include "services/referral/changes.h"
#include "services/referral/keys.h"
#include "services/referral/repository.h"

namespace nwd::referral {

std::vector<replica::RestatedTable> RestatedTables() {
  auto tell = [](const store::Reader& reader,
                 const storage::Referral& referral) -> absl::StatusOr<std::optional<common::v1::Change>> {
    NWD_ASSIGN_OR_RETURN(const auto last, repository::FindEvent(reader, referral.referral_id(), referral.sequence()));
    if (!last) return absl::DataLossError("a referral's last event is not there");
    return ReferralChangeOf(referral, *last);
  };
  return {replica::Restated<storage::Referral>(keys::Referrals(), tell)};
}

}  // namespace nwd::referral
