// The London Living Wage by the day it was announced and the day by which employers must pay it, about six months
// later. Immutable and thread-safe. Money is whole pence an hour.
#pragma once

#include <span>
#include <vector>

#include "absl/time/civil_time.h"

namespace nwd::facts {

struct LivingWageRate {
  absl::CivilDay announced;
  absl::CivilDay effective_by;
  int pence_an_hour = 0;
};

class LivingWage {
 public:
  // In order of announcement and of effective_by alike, at least one.
  explicit LivingWage(std::vector<LivingWageRate> rates);

  std::span<const LivingWageRate> rates() const { return rates_; }

  // The newest rate announced on or before the day; nullptr before the first.
  const LivingWageRate* AnnouncedOn(absl::CivilDay day) const;

  // The rate every Living Wage employer has to pay on the day: the newest whose effective_by is not later. nullptr
  // before the first. This is "in force on that day" when pay is judged; an employer may already pay the rate of
  // AnnouncedOn.
  const LivingWageRate* RequiredOn(absl::CivilDay day) const;

 private:
  std::vector<LivingWageRate> rates_;
};

}  // namespace nwd::facts
