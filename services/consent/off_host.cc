#include "services/consent/off_host.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/base/steady.h"
#include "services/consent/limits.h"

namespace nwd::consent {

void OffHost::Reached(store::Position through) {
  asked_nanos_.store(absl::ToUnixNanos(SteadyNow()), std::memory_order_relaxed);
  store::Position known = through_.load(std::memory_order_relaxed);
  while (known < through && !through_.compare_exchange_weak(known, through, std::memory_order_release)) {
  }
  if (known < through) moved_.Notify();
}

async::Task<bool> OffHost::Wait(absl::Time deadline) {
  const store::Position goal = store_.LastPosition(store::Feed::kChanges);
  const absl::Time until = std::min(absl::Now() + kOffHostWaitMax, deadline - kOffHostLeftToAnswer);
  while (true) {
    const uint64_t seen = moved_.Count();
    if (through_.load(std::memory_order_acquire) >= goal) co_return true;
    if (SinceAsked() > kFollowedLately) co_return false;
    const bool moved = co_await moved_.WaitPast(seen, until);
    if (!moved) co_return through_.load(std::memory_order_acquire) >= goal;
  }
}

store::Position OffHost::Behind() const {
  const store::Position through = through_.load(std::memory_order_acquire);
  const store::Position last = store_.LastPosition(store::Feed::kChanges);
  return last > through ? last - through : 0;
}

absl::Duration OffHost::SinceAsked() const {
  const int64_t asked = asked_nanos_.load(std::memory_order_relaxed);
  return asked == INT64_MIN ? absl::InfiniteDuration() : SteadyNow() - absl::FromUnixNanos(asked);
}

}  // namespace nwd::consent
