#include "services/consent/emergency_states.h"

#include <algorithm>

#include "common/base/timestamps.h"
#include "services/consent/limits.h"

namespace nwd::consent {

using common::v1::LawfulBasis;

bool IsEmergencyBasis(LawfulBasis basis) {
  static constexpr LawfulBasis kBases[] = {
      common::v1::LAWFUL_BASIS_VITAL_INTERESTS, common::v1::LAWFUL_BASIS_LEGAL_OBLIGATION,
      common::v1::LAWFUL_BASIS_PUBLIC_TASK, common::v1::LAWFUL_BASIS_RECOGNISED_LEGITIMATE_INTEREST};
  return std::find(std::begin(kBases), std::end(kBases), basis) != std::end(kBases);
}

int64_t ExpireTimeUs(const storage::EmergencyAccess& access) {
  return access.open_time_us() + absl::ToInt64Microseconds(kEmergencyLasts);
}

bool InTime(const storage::EmergencyAccess& access, absl::Time now) {
  return access.open_time_us() <= Micros(now) && Micros(now) < ExpireTimeUs(access);
}

v1::EmergencyAccessState StateAt(const storage::EmergencyAccess& access, absl::Time now) {
  if (access.review_time_us() != 0) return v1::EMERGENCY_ACCESS_STATE_REVIEWED;
  if (access.close_time_us() != 0 || !InTime(access, now)) return v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW;
  return v1::EMERGENCY_ACCESS_STATE_OPEN;
}

int64_t ReviewDueTimeUs(const storage::EmergencyAccess& access) {
  const int64_t expire_us = ExpireTimeUs(access);
  const int64_t end_us = access.close_time_us() == 0 ? expire_us : std::min(access.close_time_us(), expire_us);
  return end_us + absl::ToInt64Microseconds(kEmergencyReviewDue);
}

bool IsKeptFromPerson(const storage::EmergencyAccess& access) {
  return access.unsafe_to_tell() && !access.safe_to_tell();
}

std::string_view StateName(v1::EmergencyAccessState state) {
  static constexpr std::string_view kPrefix = "EMERGENCY_ACCESS_STATE_";
  return std::string_view(v1::EmergencyAccessState_Name(state)).substr(kPrefix.size());
}

}  // namespace nwd::consent
