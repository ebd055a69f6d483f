// Outcomes as they are kept: by id, and by day under their referral. Called within bodies of the store.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/outcome/counts.h"
#include "services/outcome/storage.pb.h"

namespace nwd::outcome {

class Outcomes {
 public:
  explicit Outcomes(const Counts& counts) : counts_(counts) {}

  static absl::StatusOr<std::optional<storage::OutcomeRow>> Find(const store::Reader& reader, ids::Uuid outcome);
  static absl::Status Put(store::Txn& txn, const storage::OutcomeRow& outcome);
  static absl::Status Delete(store::Txn& txn, const storage::OutcomeRow& outcome);

  // A referral's outcomes by day, from after `after` (a key met before; empty for the first on).
  static absl::Status Visit(const store::Reader& reader, ids::Uuid referral, std::string_view after,
                            absl::FunctionRef<store::Visit(std::string_view key, const storage::OutcomeRow&)> visit);
  static absl::StatusOr<int32_t> NumberOf(const store::Reader& reader, ids::Uuid referral);

  // Puts the outcome into the figures, once, and as soon as its referral is known in full; takes it out again where the
  // referral turns out to have been entered in error.
  absl::Status Count(store::Txn& txn, storage::OutcomeRow outcome, const storage::ReferralRow& referral) const;
  // The same for all of a referral, after its row has changed.
  absl::Status CountAll(store::Txn& txn, ids::Uuid referral_id, const storage::ReferralRow& referral) const;

  static v1::Outcome ToMessage(const storage::OutcomeRow& row);
  static common::v1::Change ChangeOf(const storage::OutcomeRow& row);

 private:
  const Counts& counts_;
};

std::string EtagOf(const storage::OutcomeRow& row);

}  // namespace nwd::outcome
