// Times between the code (absl::Time), the protos (Timestamp) and what services keep (microseconds since 1970). Pure
// functions.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace nwd {

// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the bounds of google.protobuf.Timestamp.
inline constexpr int64_t kTimestampSecondsMin = -62'135'596'800;
inline constexpr int64_t kTimestampSecondsMax = 253'402'300'799;
inline constexpr int32_t kTimestampNanosMax = 999'999'999;

// Whether it is a time at all: what comes from outside need not be.
inline bool IsTimestamp(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() >= kTimestampSecondsMin && timestamp.seconds() <= kTimestampSecondsMax &&
         timestamp.nanos() >= 0 && timestamp.nanos() <= kTimestampNanosMax;
}

// Parts of a nanosecond are dropped, towards the past.
inline google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

inline absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

// As services keep it. Parts of a microsecond are dropped, towards the past.
inline int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }
inline absl::Time FromMicros(int64_t micros) { return absl::FromUnixMicros(micros); }
inline google::protobuf::Timestamp MicrosToTimestamp(int64_t micros) { return ToTimestamp(FromMicros(micros)); }

}  // namespace nwd
