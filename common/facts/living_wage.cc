#include "common/facts/living_wage.h"

#include <algorithm>

#include "common/base/check.h"

namespace nwd::facts {
namespace {

const LivingWageRate* NewestBy(std::span<const LivingWageRate> rates, absl::CivilDay LivingWageRate::*date,
                               absl::CivilDay day) {
  const auto it =
      std::find_if(rates.rbegin(), rates.rend(), [&](const LivingWageRate& rate) { return rate.*date <= day; });
  return it == rates.rend() ? nullptr : &*it;
}

}  // namespace

LivingWage::LivingWage(std::vector<LivingWageRate> rates) : rates_(std::move(rates)) {
  NWD_CHECK(!rates_.empty());
  const auto out_of_order = [](const LivingWageRate& a, const LivingWageRate& b) {
    return a.announced >= b.announced || a.effective_by >= b.effective_by;
  };
  NWD_CHECK(std::adjacent_find(rates_.begin(), rates_.end(), out_of_order) == rates_.end());
}

const LivingWageRate* LivingWage::AnnouncedOn(absl::CivilDay day) const {
  return NewestBy(rates_, &LivingWageRate::announced, day);
}

const LivingWageRate* LivingWage::RequiredOn(absl::CivilDay day) const {
  return NewestBy(rates_, &LivingWageRate::effective_by, day);
}

}  // namespace nwd::facts
