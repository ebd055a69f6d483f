// The runtime's limits, all in one place.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace nwd::rpc {

inline constexpr int kMessageBytesMax = 4 * 1024 * 1024;
inline constexpr absl::Duration kDefaultDeadline = absl::Seconds(10);  // where the caller sent none
inline constexpr int kInFlightMax = 4096;  // calls of one service at once, streams not counted
inline constexpr int kInFlightPerOrganisationMax = 1024;
inline constexpr int kStreamsMax = 2048;  // streams of one service at once
inline constexpr int kStreamsPerOrganisationMax = 64;
inline constexpr absl::Duration kShedRetryAfter = absl::Milliseconds(200);
inline constexpr int kPendingRequestsPerMethod = 16;  // accepted ahead, a queue and method
inline constexpr absl::Duration kConnectionAgeMax = absl::Minutes(30);
inline constexpr absl::Duration kConnectionAgeGrace = absl::Seconds(60);
inline constexpr int kStreamsPerConnectionMax = 1024;  // concurrent calls on one connection
inline constexpr absl::Duration kSlowWrite =
    absl::Seconds(5);  // a write to a stream that took longer: the consumer cannot keep up
inline constexpr absl::Duration kStuckWrite = absl::Seconds(30);  // one that takes longer is cut off
inline constexpr int kTextBytesMax = 1024;                        // of a text field whose rule says nothing
inline constexpr int kBytesMax = 1024 * 1024;                     // of a bytes field whose rule says nothing
inline constexpr int kItemsMax = 100;                             // of a list whose rule says nothing
inline constexpr int kViolationDepthMax = 16;                     // messages within messages

}  // namespace nwd::rpc
