// How far each feed has come, and who waits for more: the part of feeds that every embedded engine shares. The engine
// moves a feed on only after the entries are durable. Thread-safe.
#pragma once

#include <array>
#include <atomic>

#include "absl/time/time.h"
#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/store/store.h"

namespace nwd::store {

inline constexpr std::array kAllFeeds = {Feed::kChanges, Feed::kAudit};

class FeedState {
 public:
  Position Last() const { return last_.load(std::memory_order_acquire); }
  // How many entries are kept.
  uint64_t Kept() const {
    const Position trimmed = Trimmed();  // first: the end is never before it
    return Last() - trimmed;
  }
  // Entries through this one are forgotten.
  Position Trimmed() const { return trimmed_.load(std::memory_order_acquire); }
  // By the engine's committer alone.
  void SetTrimmed(Position trimmed) { trimmed_.store(trimmed, std::memory_order_release); }
  // By the engine's committer alone: entries through `last` are durable. Wakes whoever waits.
  void Advance(Position last);
  // See Store::WaitForFeed.
  async::Task<bool> WaitPast(Position after, absl::Time deadline);

 private:
  std::atomic<Position> last_{0};
  std::atomic<Position> trimmed_{0};
  async::Signal moved_;
};

class Feeds {
 public:
  FeedState& operator[](Feed feed) { return states_[Index(feed)]; }
  const FeedState& operator[](Feed feed) const { return states_[Index(feed)]; }

 private:
  static size_t Index(Feed feed) {
    const size_t index = static_cast<size_t>(feed) - 1;
    NWD_CHECK(index < kAllFeeds.size());
    return index;
  }
  std::array<FeedState, kAllFeeds.size()> states_;
};

// The error of a reader who asks for what is forgotten.
absl::Status FeedTrimmedError(Position after, Position trimmed);

}  // namespace nwd::store
