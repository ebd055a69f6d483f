#include "common/calendar/london.h"

#include <optional>

namespace nwd::calendar {
namespace {

// Nothing where the machine does not know the zone.
const std::optional<absl::TimeZone>& Loaded() {
  static const std::optional<absl::TimeZone> london = []() -> std::optional<absl::TimeZone> {
    absl::TimeZone zone;
    if (!absl::LoadTimeZone("Europe/London", &zone)) return std::nullopt;
    return zone;
  }();
  return london;
}

}  // namespace

absl::Status CheckLondon() {
  if (Loaded().has_value()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "this machine does not know the time zone Europe/London; install the package tzdata");
}

absl::TimeZone London() { return Loaded().value_or(absl::UTCTimeZone()); }

}  // namespace nwd::calendar
