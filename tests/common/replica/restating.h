// A round of restating, as if its time had come.
#pragma once

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "common/async/block_on.h"
#include "common/replica/feed_keeper.h"
#include "common/replica/limits.h"

namespace nwd::replica {

// Does all that is due now.
inline void Keep(FeedKeeper& keeper) {
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = async::BlockOn(keeper.Step());
  ASSERT_TRUE(more.ok()) << more.status();
}

// The changes after a position.
inline std::vector<Change> ChangesAfter(store::Store& store, store::Position after) {
  constexpr int kEnough = 100'000;
  const auto entries = store.ReadFeed(store::Feed::kChanges, after, kEnough);
  EXPECT_TRUE(entries.ok()) << entries.status();
  std::vector<Change> changes;
  for (const store::FeedEntry& entry : entries.value())
    EXPECT_TRUE(changes.emplace_back().ParseFromString(entry.bytes));
  return changes;
}

// Moves the clock on to the next round of a store that has had none, and answers what that restated.
inline std::vector<Change> Restate(store::Store& store, ManualClock& clock, std::vector<RestatedTable> tables) {
  FeedKeeper keeper(store, clock, std::move(tables));
  Keep(keeper);
  clock.Advance(kFeedKept);
  const store::Position before = store.LastPosition(store::Feed::kChanges);
  Keep(keeper);
  std::vector<Change> restated = ChangesAfter(store, before);
  for (const Change& change : restated) EXPECT_TRUE(change.restated());
  return restated;
}

// As it was told first.
inline Change Unmarked(Change change) {
  change.clear_restated();
  return change;
}

}  // namespace nwd::replica
