// Which groups have something to deliver, whose turn it is, and when to try again: the outbox's memory. Thread-safe.
//
// One delivery at a time holds a group's turn. Give says what came of it: an error puts the group off, longer each
// time. A group with nothing left is forgotten, unless a body has added to it so lately that the entry may be committed
// only now; then it is looked at again. Times but a call's deadline are SteadyNow's (steady.h).
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"

namespace nwd::outbox {

class Turns {
 public:
  // A body adds an entry of this group now; it may yet fail or run again.
  void Hint(const std::string& group, absl::Time now);
  // There is an entry that has waited since `since`. False where there is no room to remember it.
  bool Found(const std::string& group, absl::Time since, absl::Time now);

  // Waits for the group's turn; false where `deadline` comes first.
  async::Task<bool> Take(const std::string& group, absl::Time deadline);
  // Delivered as far as asked; whether anything is left was not looked at.
  void Give(const std::string& group, absl::Time now);
  void GiveNothingLeft(const std::string& group, absl::Time now);
  void GiveFailed(const std::string& group, absl::Time now);
  // Takes the turns of groups that are due, at most `max`.
  std::vector<std::string> TakeDue(absl::Time now, int max);

  // Groups beyond kGroupsMax were turned away, and there is room again.
  bool RoomAgain();
  int64_t Waiting() const;
  // Since when the first of them waits; InfiniteFuture where none does.
  absl::Time Oldest() const;

 private:
  struct Group {
    bool taken = false;
    bool empty = false;  // at the last look
    int failures = 0;
    absl::Time next_try;
    absl::Time since;
    absl::Time hinted = absl::InfinitePast();
  };

  Group& Returned(const std::string& group) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Group> groups_ ABSL_GUARDED_BY(mutex_);
  bool turned_away_ ABSL_GUARDED_BY(mutex_) = false;
  async::Signal given_;
};

}  // namespace nwd::outbox
