#include "common/store/feeds.h"

#include "common/base/strings.h"

namespace nwd::store {

void FeedState::Advance(Position last) {
  last_.store(last, std::memory_order_release);
  moved_.Notify();
}

async::Task<bool> FeedState::WaitPast(Position after, absl::Time deadline) {
  while (true) {
    const uint64_t seen = moved_.Count();
    if (Last() > after) co_return true;
    const bool moved = co_await moved_.WaitPast(seen, deadline);
    if (!moved) co_return Last() > after;
  }
}

absl::Status FeedTrimmedError(Position after, Position trimmed) {
  return absl::OutOfRangeError(Cat("entries after position ", after, " are no longer kept (the oldest kept follows ",
                                   trimmed, "); read a snapshot and go on from there"));
}

}  // namespace nwd::store
