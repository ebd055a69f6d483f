// Days and months as the API and the data files write them, "2026-03-31" and "2026-03". Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"

namespace nwd::calendar {

// Nothing for what is no day or month of the years 0001 to 9999 in exactly this form. The other way:
// absl::FormatCivilTime.
std::optional<absl::CivilDay> ParseDay(std::string_view text);
std::optional<absl::CivilMonth> ParseMonth(std::string_view text);

}  // namespace nwd::calendar
