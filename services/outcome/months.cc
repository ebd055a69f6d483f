#include "services/outcome/months.h"

#include <cstdio>

#include "common/calendar/written_days.h"

namespace nwd::outcome {

std::optional<Month> ParseMonth(std::string_view text) {
  const std::optional<absl::CivilMonth> month = calendar::ParseMonth(text);
  if (!month) return std::nullopt;
  return MonthOf(absl::CivilDay(*month));
}

std::string MonthText(Month month) {
  char text[32];
  std::snprintf(text, sizeof text, "%04lld-%02d", static_cast<long long>(YearOf(month)), PlaceInYear(month) + 1);
  return text;
}

}  // namespace nwd::outcome
