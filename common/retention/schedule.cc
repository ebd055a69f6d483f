#include "common/retention/schedule.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/csv/csv.h"

namespace nwd::retention {
namespace {

// Of these nothing goes after a number of days: to give them one would be a promise that nobody keeps.
constexpr std::string_view kWithoutDays[] = {"directory", "every", "keys"};

bool HasDays(std::string_view service) {
  return std::find(std::begin(kWithoutDays), std::end(kWithoutDays), service) == std::end(kWithoutDays);
}

absl::StatusOr<std::optional<absl::Duration>> DaysIn(const std::string& text) {
  if (text.empty()) return std::optional<absl::Duration>();
  int days = 0;
  if (!absl::SimpleAtoi(text, &days) || days < kDaysMin || days > kDaysMax) {
    return absl::InvalidArgumentError(
        Cat("days must be a whole number from ", kDaysMin, " to ", kDaysMax, ", or empty, not \"", text, "\""));
  }
  return std::optional<absl::Duration>(absl::Hours(24) * days);
}

}  // namespace

absl::StatusOr<Schedule> Schedule::Load(const std::string& path, std::string_view service) {
  Schedule schedule;
  NWD_RETURN_IF_ERROR(csv::ReadFile(path, {"service", "kind", "days"}, [&](const csv::Row& row) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(const std::optional<absl::Duration> kept, DaysIn(row[2]));
    if (kept.has_value() && !HasDays(row[0])) {
      return absl::InvalidArgumentError(
          Cat("nothing lets go of ", row[1], " of ", row[0], " after days; leave them empty"));
    }
    if (row[0] != service) return absl::OkStatus();
    if (schedule.kept_for_.try_emplace(row[1], kept).second) return absl::OkStatus();
    return absl::InvalidArgumentError(Cat("the kind ", row[1], " of ", service, " is here a second time"));
  }));
  if (schedule.kept_for_.empty()) return absl::InvalidArgumentError(Cat(path, " has nothing of ", service));
  return schedule;
}

std::optional<absl::Duration> Schedule::KeptFor(std::string_view kind) const {
  const auto found = kept_for_.find(kind);
  return found == kept_for_.end() ? std::nullopt : found->second;
}

std::vector<std::string> Schedule::Limited() const {
  std::vector<std::string> limited;
  for (const auto& [kind, kept] : kept_for_) {
    if (kept.has_value()) limited.push_back(kind);
  }
  return limited;
}

}  // namespace nwd::retention
