// What comes after an erasure was carried out: keys destroyed and rows deleted here, should a crash have come between; the
// other services asked until none of them holds a key in any live file; and the day on which the last backup of keys is to
// be gone, and is looked for: one that is still there keeps the erasure from being complete. A clock that jumps completes
// none: that it is time is believed once the service has run for a day since. Nothing waits for it: from the answer on nothing
// can be read.
//
// Rounds follow each other every kErasuresFollowedEvery, and ever more seldom, up to kErasuresFollowedSeldom, while another
// service does not confirm; what fails is logged and tried again in the next. All rounds are one coroutine's; nobody else
// calls Follow while Run goes on. Sweep is anybody's.
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "common/person_keys/key_files.h"
#include "common/rpc/stop.h"
#include "services/consent/held_elsewhere.h"
#include "services/consent/parts.h"

namespace nwd::consent {

class ErasureFollowing {
 public:
  // `elsewhere` null: there are no other services. `key_files`: in which keys lie here. `steady_now`: SteadyNow, but in tests.
  ErasureFollowing(const Parts& parts, HeldElsewhere* elsewhere, person_keys::KeyFiles key_files,
                   std::function<absl::Time()> steady_now)
      : parts_(parts), elsewhere_(elsewhere), key_files_(std::move(key_files)), steady_now_(std::move(steady_now)) {}

  async::Task<void> Run(rpc::Stop& stop);

  // One round over those that are not complete.
  async::Task<absl::Status> Follow();
  // Destroys the keys of the people of one, and deletes what they sealed. Durable when it answers.
  async::Task<absl::Status> Sweep(ids::Uuid case_id, const storage::Erasure& erasure);

 private:
  async::Task<absl::Status> FollowOne(ids::Uuid case_id, bool& forgotten);
  // Of their keys, in all services.
  struct Left {
    bool in_live_files = true;
    std::optional<absl::Time> oldest_backup;
  };
  async::Task<absl::StatusOr<Left>> WhatIsLeft(const storage::Erasure& erasure, bool& forgotten);
  async::Task<absl::Status> SweepOne(ids::Uuid case_id);
  // Whether the clock can be believed that 30 days have passed: kErasureSettle of it by one that nobody sets.
  bool HasSettled(const ids::Uuid& case_id);
  void SayWaits(const ids::Uuid& case_id, absl::Time oldest_backup);
  // Of the row as it is then: a handler may be at the same erasure.
  async::Task<absl::Status> Keep(ids::Uuid case_id, std::function<void(storage::Erasure&)> change);

  const Parts& parts_;
  HeldElsewhere* const elsewhere_;
  const person_keys::KeyFiles key_files_;
  const std::function<absl::Time()> steady_now_;
  size_t not_gone_ = 0;  // by the last round
  // By SteadyNow, for each case whose time has come: since when this process sees it so, and when it said last what it waits
  // for. Of the one coroutine that follows.
  struct Due {
    absl::Time since, said = absl::InfinitePast();
  };
  std::map<ids::Uuid, Due> due_;
};

}  // namespace nwd::consent
