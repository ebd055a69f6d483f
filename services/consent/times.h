// Times between the API (Timestamp), the code (absl::Time) and the store (microseconds since 1970).
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace nwd::consent {

// The range that google.protobuf.Timestamp declares: years 1 to 9999.
inline constexpr int64_t kTimestampSecondsMin = -62135596800;
inline constexpr int64_t kTimestampSecondsMax = 253402300799;

inline bool IsTime(const google::protobuf::Timestamp& time) {
  return time.seconds() >= kTimestampSecondsMin && time.seconds() <= kTimestampSecondsMax && time.nanos() >= 0 &&
         time.nanos() < 1'000'000'000;
}
inline absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}
inline void ToProto(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}
inline void MicrosToProto(int64_t micros, google::protobuf::Timestamp* out) {
  ToProto(absl::FromUnixMicros(micros), out);
}
inline int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }

}  // namespace nwd::consent
