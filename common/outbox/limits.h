// The limits of the outbox.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace nwd::outbox {

inline constexpr absl::Duration kPauseMin = absl::Milliseconds(100);  // after a group's first failure; doubles
inline constexpr absl::Duration kPauseMax = absl::Seconds(30);
inline constexpr absl::Duration kTick = absl::Milliseconds(100);  // how often Run looks
// From a body's Add to when its entry is committed, surely, or never will be; until then whoever added it is expected
// to deliver it.
inline constexpr absl::Duration kGrace = absl::Seconds(1);
inline constexpr absl::Duration kRescan = absl::Minutes(5);  // how often Run reads the store for what nobody told it of
inline constexpr size_t kGroupsMax = 10'000;  // groups known at once; more stay in the store until there is room
inline constexpr int kGroupsPerRead = 100;    // of a rescan, in one view
inline constexpr int kParallelMax = 16;       // groups that Run delivers at once
inline constexpr int kForgetMax = 500;        // delivered entries forgotten in one update

}  // namespace nwd::outbox
