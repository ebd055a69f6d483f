// Times as the service keeps them (microseconds since 1970, 0 where there is none) and as the API shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/strings.h"
#include "google/protobuf/timestamp.pb.h"

namespace nwd::referral {

inline int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }
inline absl::Time FromMicros(int64_t micros) { return absl::FromUnixMicros(micros); }

inline void SetTime(int64_t micros, google::protobuf::Timestamp& out) {
  const absl::Time time = FromMicros(micros);
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>((time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
}

// Times before 1970 and after the year 9999 become those ends.
inline int64_t Micros(const google::protobuf::Timestamp& time) {
  constexpr int64_t kSecondsMax = 253'402'300'799;
  if (time.seconds() < 0) return 0;
  if (time.seconds() > kSecondsMax) return kSecondsMax * 1'000'000;
  return time.seconds() * 1'000'000 + time.nanos() / 1'000;
}

// A day written as YYYY-MM-DD.
inline std::optional<absl::CivilDay> ParseDay(std::string_view text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(AbslView(text), &day)) return std::nullopt;
  return day;
}

}  // namespace nwd::referral
