// The limits of following and watching.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace nwd::replica {

// Answering ReadChanges.
inline constexpr int kChangesDefault = 500;
inline constexpr size_t kResponseBytesMax = 3 << 20;  // below a message's 4 MiB, whatever the changes hold
inline constexpr absl::Duration kWaitSlice = absl::Milliseconds(500);  // how often a waiting reader is looked at

// Watching.
inline constexpr int kWatchBatch = 200;
inline constexpr absl::Duration kWatchSlice = absl::Seconds(1);
// After a batch that was not full, time for the next to gather: the first change after a quiet time is passed on at
// once, a hundred in a row cost one batch.
inline constexpr absl::Duration kGather = absl::Milliseconds(10);

// Following.
inline constexpr int kFollowBatch = 500;
// How long a replica that had something to take waits before it asks again: each batch is a durable write in both
// services, so a busy owner is followed in few large ones. What comes after a pause is there at once.
inline constexpr absl::Duration kFollowGather = absl::Milliseconds(50);
inline constexpr absl::Duration kFollowWait =
    absl::Seconds(1);  // how long the owner holds the call where nothing comes
inline constexpr absl::Duration kFollowTimeout = absl::Seconds(10);
inline constexpr absl::Duration kFollowPauseMin = absl::Milliseconds(100);
inline constexpr absl::Duration kFollowPauseMax = absl::Seconds(5);

// Keeping the feed. A change is kept at least so long, and at most twice as long; as often everything is restated.
inline constexpr absl::Duration kFeedKept = absl::Hours(24 * 90);
inline constexpr absl::Duration kFeedLookPause = absl::Hours(1);
inline constexpr int kRestatedAtOnce = 100;  // rows looked at in one transaction: it is on everybody's path
inline constexpr absl::Duration kRestatePause =
    absl::Seconds(1);  // between two of those: a million things take three hours, and hinder nobody

// Asking the directory about what the replica lacks.
inline constexpr absl::Duration kAskTimeout = absl::Seconds(2);
inline constexpr absl::Duration kUnknownRemembered =
    absl::Seconds(5);  // what the directory did not know is not asked again so soon
inline constexpr size_t kUnknownMax =
    1024;  // remembered at once; beyond it nothing new is asked until some are forgotten

}  // namespace nwd::replica
