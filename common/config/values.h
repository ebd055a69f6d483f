// The typed values options have, and how they are written.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nwd::config {

// "127.0.0.1:7102", "[::1]:7102", "consent.local:0"; ":7102" listens on every address. Port 0: any free one.
struct HostPort {
  std::string host = {};  // without brackets
  int port = 0;
  std::string ToString() const;
};

// A number of bytes: "65536", "64K", "4M", "2G" (powers of 1024; "MiB" and "MB" are taken too).
struct Bytes {
  uint64_t count = 0;
  std::string ToString() const;
};

absl::StatusOr<HostPort> ParseHostPort(const std::string& text);
absl::StatusOr<Bytes> ParseBytes(const std::string& text);

// "250ms", "10s", "1h30m": a unit is always said. Never negative.
absl::StatusOr<absl::Duration> ParseDuration(const std::string& text);

}  // namespace nwd::config
