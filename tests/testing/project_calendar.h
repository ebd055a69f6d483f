// The working days by deploy/data, for tests that count in the real ones.
#pragma once

#include <gtest/gtest.h>

#include "common/calendar/working_calendar.h"

namespace nwd::testing {

inline const calendar::WorkingCalendar& ProjectCalendar() {
  static const absl::StatusOr<calendar::WorkingCalendar> calendar =
      calendar::WorkingCalendar::Load(std::string(NWD_DATA_DIR) + "/bank-holidays-england.csv");
  if (!calendar.ok()) ADD_FAILURE() << calendar.status();
  return calendar.value();
}

}  // namespace nwd::testing
