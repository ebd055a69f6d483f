// The limits of the HTTP server.
#pragma once

#include <cstddef>

#include "absl/time/time.h"

namespace nwd::http {

inline constexpr int kThreads = 4;                    // requests handled at once
inline constexpr size_t kWaitingConnectionsMax = 64;  // accepted, waiting for a thread; beyond it none is accepted
inline constexpr size_t kPathBytesMax = 1024;
inline constexpr size_t kBodyBytesMax = 64 << 10;
inline constexpr absl::Duration kReadTimeout = absl::Seconds(3);   // without a byte from the client
inline constexpr absl::Duration kWriteTimeout = absl::Seconds(5);  // without a byte taken by the client

}  // namespace nwd::http
