// The runtime's limits: of a server, a connection, a message, a field.
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
  // A connection this old takes no new call, and is closed when its last one has ended or the grace is over: so that a
  // certificate is looked at again.
  absl::Duration connection_age_max = absl::Minutes(30);
  absl::Duration connection_age_grace = absl::Seconds(60);
};

inline constexpr int kMessageBytesMax = 4 * 1024 * 1024;
inline constexpr absl::Duration kDefaultDeadline = absl::Seconds(10);  // where the caller sent none
inline constexpr absl::Duration kShedRetryAfter = absl::Milliseconds(200);
inline constexpr int kPendingRequestsPerMethod = 16;   // accepted ahead, a queue and method
inline constexpr int kCallsPerConnectionMax = 1024;    // at once, streams among them (HTTP/2 calls each a stream)
inline constexpr size_t kCertificatesKnownMax = 4096;  // parsed and kept, a thread
// How often a watch of grpc.health.v1 looks whether its caller is still there.
inline constexpr absl::Duration kHealthWatchSlice = absl::Seconds(1);
// How long what a draining server answered last has to reach its caller before the connection goes.
inline constexpr absl::Duration kLastAnswers = absl::Milliseconds(200);
inline constexpr int kReconnectBackoffInitialMs = 50;  // of a client, to a service that is down
inline constexpr int kReconnectBackoffMaxMs = 1000;    // it shall notice within a second that the service is back
inline constexpr int kTextBytesMax = 1024;             // of a text field whose rule says nothing
inline constexpr int kBytesMax = 1024 * 1024;          // of a bytes field whose rule says nothing
inline constexpr int kItemsMax = 100;                  // of a list whose rule says nothing
inline constexpr size_t kTokenCharactersMin = 38;      // a sealed page token or cursor of nothing: 28 bytes in base64
inline constexpr int kMessageDepthMax = 16;            // messages within messages
inline constexpr absl::Duration kClockSkewMax = absl::Minutes(1);  // a caller's clock may be ahead by so much
inline constexpr int kYearMin = 1900;                              // of a day or month in a request
inline constexpr int kYearMax = 2199;

}  // namespace nwd::rpc
