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

// In the place of a service: what every one keeps, and what those keep that have a store of keys.
constexpr std::string_view kOfAll[] = {"every", "keys"};

// "notices"; of what is not this service's alone "every/requests". Nothing where it is another's.
std::optional<std::string> NameIn(const csv::Row& row, std::string_view service) {
  if (row[0] == service) return row[1];
  if (std::find(std::begin(kOfAll), std::end(kOfAll), row[0]) == std::end(kOfAll)) return std::nullopt;
  return Cat(row[0], "/", row[1]);
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
  bool of_this = false;
  NWD_RETURN_IF_ERROR(csv::ReadFile(path, {"service", "kind", "days"}, [&](const csv::Row& row) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(const std::optional<absl::Duration> kept, DaysIn(row[2]));
    const std::optional<std::string> name = NameIn(row, service);
    if (!name.has_value()) return absl::OkStatus();
    of_this = of_this || row[0] == service;
    if (schedule.kept_for_.try_emplace(*name, kept).second) return absl::OkStatus();
    return absl::InvalidArgumentError(Cat("the kind ", *name, " of ", service, " is here a second time"));
  }));
  if (!of_this) return absl::InvalidArgumentError(Cat(path, " has nothing of ", service));
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
