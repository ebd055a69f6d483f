#include "services/outcome/months.h"

#include <charconv>
#include <cstdio>

namespace nwd::outcome {
namespace {

constexpr char kZone[] = "Europe/London";

// Exactly `digits` decimal digits at the front of `text`, which are taken off; nothing for anything else.
std::optional<int> TakeNumber(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || text.front() == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool TakeHyphen(std::string_view& text) {
  if (text.empty() || text.front() != '-') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

absl::TimeZone London() {
  static const absl::TimeZone london = [] {
    absl::TimeZone zone = absl::UTCTimeZone();
    absl::LoadTimeZone(kZone, &zone);
    return zone;
  }();
  return london;
}

absl::Status CheckTimeZones() {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(kZone, &zone)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "this machine has no time zone data for Europe/London; install the package tzdata");
}

std::optional<absl::CivilDay> ParseDay(std::string_view text) {
  const std::optional<int> year = TakeNumber(text, 4);
  if (!year || !TakeHyphen(text)) return std::nullopt;
  const std::optional<int> month = TakeNumber(text, 2);
  if (!month || !TakeHyphen(text)) return std::nullopt;
  const std::optional<int> day = TakeNumber(text, 2);
  if (!day || !text.empty()) return std::nullopt;
  const absl::CivilDay parsed(*year, *month, *day);
  if (parsed.year() != *year || parsed.month() != *month || parsed.day() != *day) return std::nullopt;
  return parsed;
}

std::optional<Month> ParseMonth(std::string_view text) {
  const std::optional<int> year = TakeNumber(text, 4);
  if (!year || !TakeHyphen(text)) return std::nullopt;
  const std::optional<int> month = TakeNumber(text, 2);
  if (!month || !text.empty() || *month < 1 || *month > kMonthsAYear) return std::nullopt;
  return FirstMonthOf(*year) + *month - 1;
}

std::string MonthText(Month month) {
  char text[32];
  std::snprintf(text, sizeof text, "%04lld-%02d", static_cast<long long>(YearOf(month)), PlaceInYear(month) + 1);
  return text;
}

}  // namespace nwd::outcome
