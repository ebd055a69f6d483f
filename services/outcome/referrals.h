// What this service knows of referrals: a replica of the referral service's feed, and the figures that follow from it.
//
// A row that holds only parties comes of a call that was faster than the feed; the feed fills it in. Called within
// bodies of the store; values and statuses only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "nwd/referral/v1/referral_service.pb.h"
#include "services/outcome/counts.h"
#include "services/outcome/storage.pb.h"

namespace nwd::outcome {

class Referrals {
 public:
  explicit Referrals(const Counts& counts) : counts_(counts) {}

  static absl::StatusOr<std::optional<storage::ReferralRow>> Find(const store::Reader& reader, ids::Uuid referral);

  // Takes in one event: false where it was known already. Keeps the cohort figures of the referral.
  absl::StatusOr<bool> Apply(store::Txn& txn, const common::v1::ReferralChange& change, absl::Time time) const;

  // Notes the parties where nothing is known of the referral yet; of a known one, the day it was made where that is
  // lacking.
  static absl::Status NoteParties(store::Txn& txn, ids::Uuid referral, const storage::ReferralRow& parties);
  static storage::ReferralRow FromParties(const referral::v1::GetReferralPartiesResponse& parties);

  // Every organisation in the chain of referrals this one belongs to, as far as they were sent: each is credited. In
  // order of id.
  static absl::StatusOr<std::vector<std::string>> Chain(const store::Reader& reader,
                                                        const storage::ReferralRow& referral);

  // The day the first of them was made, YYYY-MM-DD; empty where one is from before that was kept.
  static absl::StatusOr<std::string> FirstMadeOn(const store::Reader& reader, const storage::ReferralRow& referral);

  // Takes the person out of it; its figures stay, they name nobody.
  static absl::Status Forget(store::Txn& txn, ids::Uuid referral);

 private:
  absl::Status Count(store::Txn& txn, storage::ReferralRow& row, uint32_t reached) const;
  absl::Status TakeBack(store::Txn& txn, storage::ReferralRow& row) const;

  const Counts& counts_;
};

// The organisation made the referral, or received it: a receiver has nothing to do with a draft.
bool IsReceiver(const storage::ReferralRow& referral, std::string_view organisation_id);
bool IsParty(const storage::ReferralRow& referral, std::string_view organisation_id);

// The id in a field of a message of our own services; DATA_LOSS where it is none.
absl::StatusOr<ids::Uuid> IdOf(std::string_view field, std::string_view text);

}  // namespace nwd::outcome
