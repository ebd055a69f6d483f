// The runtime's limits, all in one place.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace nwd::rpc {

// What a server can be given otherwise (ServerOptions::limits); tests do.
struct Limits {
  int in_flight_max = 4096;  // calls of one service at once, streams not counted
  int in_flight_per_organisation_max = 1024;
  int streams_max = 2048;  // streams of one service at once
  int streams_per_organisation_max = 64;
  absl::Duration slow_write = absl::Seconds(5);    // a write to a stream that took longer ends it
  absl::Duration stuck_write = absl::Seconds(30);  // one that takes longer is cut off
  absl::Duration drain_grace = absl::Seconds(5);   // what is left when a drain's patience is over may take this long
};

inline constexpr int kMessageBytesMax = 4 * 1024 * 1024;
inline constexpr absl::Duration kDefaultDeadline = absl::Seconds(10);  // where the caller sent none
inline constexpr absl::Duration kShedRetryAfter = absl::Milliseconds(200);
inline constexpr int kPendingRequestsPerMethod = 16;  // accepted ahead, a queue and method
inline constexpr absl::Duration kConnectionAgeMax = absl::Minutes(30);
inline constexpr absl::Duration kConnectionAgeGrace = absl::Seconds(60);
inline constexpr int kStreamsPerConnectionMax = 1024;  // concurrent calls on one connection
inline constexpr int kTextBytesMax = 1024;             // of a text field whose rule says nothing
inline constexpr int kBytesMax = 1024 * 1024;          // of a bytes field whose rule says nothing
inline constexpr int kItemsMax = 100;                  // of a list whose rule says nothing
inline constexpr int kViolationDepthMax = 16;          // messages within messages

}  // namespace nwd::rpc
