#include "services/consent/london.h"

#include "common/base/check.h"

namespace nwd::consent {
namespace {

constexpr char kZone[] = "Europe/London";

absl::TimeZone London() {
  static const absl::TimeZone london = [] {
    absl::TimeZone zone;
    NWD_CHECK(absl::LoadTimeZone(kZone, &zone));
    return zone;
  }();
  return london;
}

}  // namespace

absl::Status CheckLondon() {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(kZone, &zone)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "this machine does not know the time zone Europe/London; install the package tzdata");
}

std::string DayOf(absl::Time time) { return absl::FormatTime("%Y-%m-%d", time, London()); }

absl::Time EndOf(absl::CivilDay day) { return absl::FromCivil(day + 1, London()); }

}  // namespace nwd::consent
