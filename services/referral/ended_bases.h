// What referrals rest on and has ended, as the consent service's feed tells: consents withdrawn, revoked, invalidated, or
// superseded by another; authorities objected to, ended or overturned; or the person erased. A consent that expired ends
// nothing here: it permits nothing by its date, and may still be renewed.
//
// Applying a change only notes it, in the follower's own transaction: from then on no referral can be sent, accepted or
// reopened on that basis. The referrals that rest on it are then gone through one by one, each in a transaction of its
// own: before IN_PROGRESS they become CANCELLED_BY_PERSON, from there on access ends and the support goes on. An
// authority that ended without the person's objection is nobody's no: access ends, and nothing is cancelled; what was
// not accepted yet runs out by its own clock, what was cannot start, and its referrer may withdraw either. Those of a
// superseded consent rest on its successor from then on, where that permits the receiver; where it does not
// (suite_moves.h), they are looked at again every kLeftOutPause until it does, or they are over, or it has ended or
// expired, too.
// An erased person's key is destroyed after that, and never made again.
//
// A referral whose move fails is logged and counted, and those after it go on; its basis waits for the next time.
// What was noted and not gone through yet is found again after a restart. Thread-safe.
#pragma once

#include "common/async/signal.h"
#include "common/rpc/stop.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/referral/move_failures.h"
#include "services/referral/parts.h"
#include "services/referral/suite_moves.h"

namespace nwd::referral {

class EndedBases {
 public:
  EndedBases(const Parts& parts, const Clock& clock) : parts_(parts), clock_(clock) {}

  // For the follower: within its transaction. Idempotent.
  static absl::Status Apply(store::Txn& txn, const common::v1::Change& change);
  // For the follower: after the commit.
  void Applied(const std::vector<common::v1::Change>& changes);

  // Goes through all that waits, or until `stop` is requested; answers how many referrals moved.
  async::Task<absl::StatusOr<int>> GoThrough(const rpc::Stop* stop = nullptr);
  async::Task<void> Run(rpc::Stop& stop);
  // Moves that failed, since the start.
  int64_t failures() const { return failures_.count(); }

 private:
  async::Task<absl::StatusOr<int>> GoThroughBasis(const std::string& basis_id);
  async::Task<absl::StatusOr<Renewal>> GoThroughReferral(const std::string& referral_id, const std::string& basis_id,
                                                         const std::string& successor_id, ReferralReason reason);
  async::Task<absl::Status> Settle(const std::string& basis_id, const std::string& successor_id, ReferralReason reason,
                                   bool left_out);
  async::Task<absl::Status> Erase(const std::string& person_id);
  // The ids that end the keys under `prefix` after that one, but for those whose value names a later time.
  async::Task<absl::StatusOr<std::vector<std::string>>> IdsUnder(const std::string& prefix,
                                                                 const std::string& after_id);
  async::Task<absl::Status> Done(const std::string& waiting_key);

  const Parts& parts_;
  const Clock& clock_;
  async::Signal noted_;
  MoveFailures failures_{"referral.ended_bases"};
};

}  // namespace nwd::referral
