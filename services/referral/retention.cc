#include "services/referral/retention.h"

#include <string>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/referral/keys.h"
#include "services/referral/repository.h"
#include "services/referral/transitions.h"

namespace nwd::referral {
namespace {

absl::StatusOr<bool> IsOldReferral(const store::Reader&, std::string_view key, std::string_view value,
                                   absl::Time before) {
  NWD_ASSIGN_OR_RETURN(const storage::Referral referral, store::ParseValue<storage::Referral>(key, value));
  return !kOpen.Has(referral.state()) && referral.end_time_us() != 0 && referral.end_time_us() < Micros(before);
}

absl::Status ForgetReferral(store::Txn& txn, const std::string& key, const std::string& value) {
  NWD_ASSIGN_OR_RETURN(const storage::Referral referral, store::ParseValue<storage::Referral>(key, value));
  return repository::Remove(txn, referral);
}

// While a referral rests on it, open still or waiting to be gone through, it is needed.
absl::StatusOr<bool> IsOldEnd(const store::Reader& reader, std::string_view key, std::string_view value,
                              absl::Time before) {
  NWD_ASSIGN_OR_RETURN(const storage::EndedBasis ended, store::ParseValue<storage::EndedBasis>(key, value));
  if (ended.end_time_us() == 0 || ended.end_time_us() >= Micros(before)) return false;
  bool needed = false;
  for (const std::string& prefix : {keys::OfBasis(ended.basis_id()), keys::EndedBasisWaiting(ended.basis_id())}) {
    NWD_RETURN_IF_ERROR(
        reader.Scan(store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view, std::string_view) {
          needed = true;
          return store::Visit::kStop;
        }));
  }
  return !needed;
}

absl::Status ForgetEnd(store::Txn& txn, const std::string& key, const std::string& value) {
  NWD_ASSIGN_OR_RETURN(const storage::EndedBasis ended, store::ParseValue<storage::EndedBasis>(key, value));
  txn.Delete(key);
  if (!ended.successor_consent_id().empty()) txn.Delete(keys::Predecessor(ended.successor_consent_id()));
  return absl::OkStatus();
}

}  // namespace

std::vector<retention::Kind> RetainedKinds() {
  return {{"referrals", keys::Referrals(), IsOldReferral, ForgetReferral},
          {"ended-bases", std::string(1, keys::kEndedBases), IsOldEnd, ForgetEnd}};
}

}  // namespace nwd::referral
