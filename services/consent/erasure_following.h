// What comes after an erasure was carried out: keys destroyed and rows deleted here, should a crash have come between; the
// other services asked until none of them holds a key in any live file; and the day on which the last backup of keys is to
// be gone. Nothing waits for it: from the answer on nothing can be read.
//
// Rounds follow each other every kErasuresFollowedEvery, and ever more seldom, up to kErasuresFollowedSeldom, while another
// service does not confirm; what fails is logged and tried again in the next. All rounds are one coroutine's; nobody else
// calls Follow while Run goes on.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "common/rpc/stop.h"
#include "services/consent/held_elsewhere.h"
#include "services/consent/parts.h"

namespace nwd::consent {

// Takes out of the live files of the store of keys what was deleted. Blocks; run on a worker.
using ForgetDeletedKeys = std::function<absl::Status()>;

class ErasureFollowing {
 public:
  // `elsewhere` null: there are no other services. Without `forget_deleted` nothing that was deleted is ever in a file.
  ErasureFollowing(const Parts& parts, HeldElsewhere* elsewhere, ForgetDeletedKeys forget_deleted)
      : parts_(parts), elsewhere_(elsewhere), forget_deleted_(std::move(forget_deleted)) {}

  async::Task<void> Run(rpc::Stop& stop);

  // One round over those that are not complete.
  async::Task<absl::Status> Follow();
  // Destroys the keys of the people of one, and deletes what they sealed. Durable when it answers.
  async::Task<absl::Status> Sweep(ids::Uuid case_id, const storage::Erasure& erasure);

 private:
  async::Task<absl::Status> FollowOne(ids::Uuid case_id, bool& forgotten);
  // No live file of any service holds a key of theirs.
  async::Task<absl::StatusOr<bool>> IsGone(const storage::Erasure& erasure, bool& forgotten);
  async::Task<absl::Status> Keep(ids::Uuid case_id, storage::Erasure erasure);

  const Parts& parts_;
  HeldElsewhere* const elsewhere_;
  const ForgetDeletedKeys forget_deleted_;
  size_t not_gone_ = 0;  // by the last round
};

}  // namespace nwd::consent
