// People who were taken for one and are split again, as the consent service's feed tells. While they were one, a
// referral of the one may have been shown to its receiver under the reference by which the receiver knew the other: such
// referrals are filed under the right one again, so that each party's list of a person has what is that person's.
//
// Applying a change only notes it, in the follower's own transaction. All referrals are then gone through, a page at a
// time: there is no list of them by person, and a split is rare. What was noted and not gone through yet is found again
// after a restart. Thread-safe.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/async/signal.h"
#include "common/rpc/stop.h"
#include "nwd/common/v1/change_service.pb.h"
#include "services/referral/parts.h"

namespace nwd::referral {

class SplitPeople {
 public:
  explicit SplitPeople(const Parts& parts) : parts_(parts) {}

  // For the follower: within its transaction. Idempotent.
  static void Apply(store::Txn& txn, const common::v1::Change& change);
  // For the follower: after the commit.
  void Applied(const std::vector<common::v1::Change>& changes);

  // Goes through all referrals for whoever waits, or until `stop` is requested; answers how many were filed anew. UNAVAILABLE and the like where the
  // consent service cannot be asked: then all of it waits for the next time.
  async::Task<absl::StatusOr<int>> GoThrough(const rpc::Stop* stop = nullptr);
  async::Task<void> Run(rpc::Stop& stop);

 private:
  // Those who wait, and by which organisation each was split.
  struct Waiting {
    std::string person_id, organisation_id;
    std::string noted;  // the row's value, of its own for each split
  };
  async::Task<absl::StatusOr<std::vector<Waiting>>> WhoWaits();
  // Whose referrals may be filed wrongly: those who wait, and whom they are joined with still.
  async::Task<absl::StatusOr<std::set<std::string>>> Concerned(const std::vector<Waiting>& waiting);
  // Of the referrals after this key, kReferralsPerConsentRound at most, those of these people; and where it ended.
  struct Page {
    std::vector<storage::Referral> referrals;
    std::string last;  // empty: there are no more
  };
  async::Task<absl::StatusOr<Page>> PageAfter(const std::string& key, const std::set<std::string>& people);
  async::Task<absl::StatusOr<bool>> FileAnew(const storage::Referral& referral);

  const Parts& parts_;
  async::Signal noted_;
};

}  // namespace nwd::referral
