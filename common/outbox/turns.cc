#include "common/outbox/turns.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/base/steady.h"
#include "common/outbox/limits.h"

namespace nwd::outbox {

void Turns::Hint(const std::string& group, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (groups_.size() >= kGroupsMax && !groups_.contains(group)) {
    turned_away_ = true;
    return;
  }
  const auto [at, added] = groups_.try_emplace(group);
  Group& state = at->second;
  if (added || state.empty) {
    state.since = now;
    state.next_try = now + kGrace;
  }
  state.empty = false;
  state.hinted = now;
}

bool Turns::Found(const std::string& group, absl::Time since, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (groups_.contains(group)) return true;
  if (groups_.size() >= kGroupsMax) {
    turned_away_ = true;
    return false;
  }
  Group& state = groups_[group];
  state.since = since;
  state.next_try = now;
  return true;
}

async::Task<bool> Turns::Take(const std::string& group, absl::Time deadline) {
  while (true) {
    uint64_t seen = 0;
    {
      absl::MutexLock lock(&mutex_);
      const auto [at, added] = groups_.try_emplace(group);
      if (added) at->second.since = at->second.next_try = SteadyNow();
      if (!at->second.taken) {
        at->second.taken = true;
        co_return true;
      }
      seen = given_.Count();
    }
    const bool given = co_await given_.WaitPast(seen, deadline);
    if (!given) co_return false;
  }
}

Turns::Group& Turns::Returned(const std::string& group) {
  Group& state = groups_.find(group)->second;
  state.taken = false;
  return state;
}

void Turns::Give(const std::string& group, absl::Time now) {
  {
    absl::MutexLock lock(&mutex_);
    Group& state = Returned(group);
    state.empty = true;
    state.failures = 0;
    state.next_try = std::max(state.hinted + kGrace, now + kTick);
  }
  given_.Notify();
}

void Turns::GiveNothingLeft(const std::string& group, absl::Time now) {
  {
    absl::MutexLock lock(&mutex_);
    Group& state = Returned(group);
    state.empty = true;
    state.failures = 0;
    state.next_try = state.hinted + kGrace;
    if (now >= state.next_try) groups_.erase(group);
  }
  given_.Notify();
}

void Turns::GiveFailed(const std::string& group, absl::Time now) {
  {
    absl::MutexLock lock(&mutex_);
    Group& state = Returned(group);
    state.empty = false;
    state.next_try = now + std::min(kPauseMin * (int64_t{1} << std::min(state.failures, 20)), kPauseMax);
    ++state.failures;
  }
  given_.Notify();
}

std::vector<std::string> Turns::TakeDue(absl::Time now, int max) {
  std::vector<std::string> due;
  absl::MutexLock lock(&mutex_);
  for (auto& [group, state] : groups_) {
    if (std::ssize(due) == max) break;
    if (state.taken || state.next_try > now) continue;
    state.taken = true;
    due.push_back(group);
  }
  return due;
}

bool Turns::RoomAgain() {
  absl::MutexLock lock(&mutex_);
  if (!turned_away_ || groups_.size() > kGroupsMax / 2) return false;
  turned_away_ = false;
  return true;
}

int64_t Turns::Waiting() const {
  absl::MutexLock lock(&mutex_);
  return std::count_if(groups_.begin(), groups_.end(), [](const auto& entry) { return !entry.second.empty; });
}

absl::Time Turns::Oldest() const {
  absl::MutexLock lock(&mutex_);
  absl::Time oldest = absl::InfiniteFuture();
  for (const auto& [group, state] : groups_) {
    if (!state.empty) oldest = std::min(oldest, state.since);
  }
  return oldest;
}

}  // namespace nwd::outbox
