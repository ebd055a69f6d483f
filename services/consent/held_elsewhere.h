// What other services hold about a person, and what the directory calls organisations and services: for exports, and for
// erasure. A small interface, so that both are tested without a network; held_elsewhere_rpc.h has the real one.
//
// Parameters live until the task has ended. Errors are those of the call: UNAVAILABLE, DEADLINE_EXCEEDED. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/async/task.h"
#include "common/rpc/call.h"
#include "nwd/outcome/v1/person_data_service.pb.h"
#include "nwd/referral/v1/person_data_service.pb.h"

namespace nwd::consent {

class HeldElsewhere {
 public:
  // Whose data, and whose part of it: an organisation's, or all where there is none.
  struct Asked {
    std::vector<std::string> person_ids;
    std::string organisation_id;
  };

  virtual ~HeldElsewhere() = default;
  // Referrals, each followed by its parts, newest first.
  virtual async::Task<absl::StatusOr<std::vector<referral::v1::PersonReferralItem>>> Referrals(const rpc::Call& call,
                                                                                               const Asked& asked) = 0;
  // The journey, oldest step first.
  virtual async::Task<absl::StatusOr<std::vector<outcome::v1::PersonStep>>> Steps(const rpc::Call& call,
                                                                                  const Asked& asked) = 0;
  // The name; the id again where the directory does not know it.
  virtual async::Task<absl::StatusOr<std::string>> OrganisationName(const rpc::Call& call, const std::string& id) = 0;
  virtual async::Task<absl::StatusOr<std::string>> ServiceName(const rpc::Call& call, const std::string& id) = 0;

  // Of these people, who were erased: whether no live file of any other service holds a key of theirs; and when the oldest
  // backup of keys was made that any of them has. Asked by nobody's call.
  struct KeysLeft {
    bool gone = false;
    std::optional<absl::Time> oldest_backup;
  };
  virtual async::Task<absl::StatusOr<KeysLeft>> ConfirmErasure(const std::vector<std::string>& person_ids) = 0;
};

}  // namespace nwd::consent
