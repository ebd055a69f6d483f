// What follows here from a change anywhere: journeys, what is known of referrals, figures. Each is applied in one
// transaction, and applying it again changes nothing. Apply is called within the bodies of transactions, by the
// followers of the other services and of this one's own feed.
#pragma once

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/outcome/counts.h"
#include "services/outcome/outcomes.h"
#include "services/outcome/referrals.h"

namespace nwd::outcome {

class Changes {
 public:
  // What else must happen when a person is erased, within the same transaction (the outbox).
  using OnErased = std::function<void(store::Txn&, ids::Uuid person)>;

  Changes(const Counts& counts, const Referrals& referrals, const Outcomes& outcomes, OnErased on_erased)
      : counts_(counts), referrals_(referrals), outcomes_(outcomes), on_erased_(std::move(on_erased)) {}

  // Takes in a change of any service; kinds that mean nothing here are passed over.
  absl::Status Apply(store::Txn& txn, const common::v1::Change& change) const;

 private:
  absl::Status ApplyPerson(store::Txn& txn, const common::v1::PersonChange& change, absl::Time time) const;
  absl::Status ApplyMerged(store::Txn& txn, ids::Uuid person, ids::Uuid into) const;
  absl::Status ApplySplit(store::Txn& txn, ids::Uuid person, ids::Uuid from) const;
  absl::Status ApplyConsent(store::Txn& txn, const common::v1::ConsentChange& change, absl::Time time) const;
  absl::Status ApplyReferral(store::Txn& txn, const common::v1::ReferralChange& change, absl::Time time) const;
  absl::Status ApplyAppointment(store::Txn& txn, const common::v1::AppointmentChange& change, absl::Time time) const;
  absl::Status ApplyOutcome(store::Txn& txn, const common::v1::OutcomeChange& change, absl::Time time) const;

  const Counts& counts_;
  const Referrals& referrals_;
  const Outcomes& outcomes_;
  const OnErased on_erased_;
};

}  // namespace nwd::outcome
