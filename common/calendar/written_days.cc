#include "common/calendar/written_days.h"

#include <charconv>

namespace nwd::calendar {
namespace {

constexpr size_t kYearDigits = 4;
constexpr int kMonthsAYear = 12;

// Exactly `digits` decimal digits at the front of `text`, which are taken off; nothing for anything else.
std::optional<int> TakeNumber(std::string_view& text, size_t digits) {
  if (text.size() < digits || text.front() == '-') return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

std::optional<int> TakeHyphenAndTwoDigits(std::string_view& text) {
  if (text.empty() || text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  return TakeNumber(text, 2);
}

std::optional<absl::CivilMonth> TakeMonth(std::string_view& text) {
  const std::optional<int> year = TakeNumber(text, kYearDigits);
  if (!year || *year == 0) return std::nullopt;
  const std::optional<int> month = TakeHyphenAndTwoDigits(text);
  if (!month || *month < 1 || *month > kMonthsAYear) return std::nullopt;
  return absl::CivilMonth(*year, *month);
}

}  // namespace

std::optional<absl::CivilDay> ParseDay(std::string_view text) {
  const std::optional<absl::CivilMonth> month = TakeMonth(text);
  if (!month) return std::nullopt;
  const std::optional<int> number = TakeHyphenAndTwoDigits(text);
  if (!number || !text.empty()) return std::nullopt;
  const absl::CivilDay day(month->year(), month->month(), *number);
  if (day.day() != *number) return std::nullopt;  // the 30th of February became the 2nd of March
  return day;
}

std::optional<absl::CivilMonth> ParseMonth(std::string_view text) {
  const std::optional<absl::CivilMonth> month = TakeMonth(text);
  if (!month || !text.empty()) return std::nullopt;
  return month;
}

}  // namespace nwd::calendar
