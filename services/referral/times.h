// Times as the service keeps them: microseconds since 1970, 0 where there is none. Thread-safe.
#pragma once

#include "common/base/timestamps.h"

namespace nwd::referral {

using nwd::Micros;

// Times before 1970 and after the year 9999 become those ends.
inline int64_t Micros(const google::protobuf::Timestamp& time) {
  if (time.seconds() < 0) return 0;
  if (time.seconds() > kTimestampSecondsMax) return Micros(absl::FromUnixSeconds(kTimestampSecondsMax));
  return Micros(FromTimestamp(time));
}

}  // namespace nwd::referral
