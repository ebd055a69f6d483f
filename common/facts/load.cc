// Facts::Load: from the files of deploy/data to values, every rule that a row must keep checked where its file and line
// are known.
#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/macros.h"
#include "common/calendar/written_days.h"
#include "common/csv/csv.h"
#include "common/facts/facts.h"
#include "common/ids/names.h"

namespace nwd::facts {
namespace {

using std::filesystem::path;

constexpr int kPencePerPound = 100;
constexpr double kPoundsAnHourMax = 1'000;

absl::Status Wrong(const std::string& value, const char* what) {
  return absl::InvalidArgumentError(absl::StrCat("\"", value, "\" ", what));
}

absl::StatusOr<absl::CivilDay> ParseDay(const std::string& text) {
  const std::optional<absl::CivilDay> day = calendar::ParseDay(text);
  if (!day) return Wrong(text, "is not a date of the form 2025-12-31");
  return *day;
}

absl::StatusOr<int> ParsePence(const std::string& pounds_text) {
  double pounds = 0;
  if (!absl::SimpleAtod(pounds_text, &pounds) || !(pounds > 0) || pounds > kPoundsAnHourMax) {
    return Wrong(pounds_text, "is not an amount in pounds");
  }
  return static_cast<int>(std::lround(pounds * kPencePerPound));
}

template <typename Value>
bool Has(const std::vector<Value>& values, std::string Value::*field, const std::string& wanted) {
  return std::any_of(values.begin(), values.end(), [&](const Value& value) { return value.*field == wanted; });
}

absl::Status CheckSlug(const std::string& slug) {
  return ids::IsSlug(slug) ? absl::OkStatus() : Wrong(slug, "is not a slug (a-z, 0-9, -)");
}

absl::StatusOr<std::vector<Hub>> LoadHubs(const path& file) {
  std::vector<Hub> hubs;
  const auto take = [&](const csv::Row& row) -> absl::Status {
    NWD_RETURN_IF_ERROR(CheckSlug(row[0]));
    if (Has(hubs, &Hub::slug, row[0])) return Wrong(row[0], "is there twice");
    hubs.push_back({.slug = row[0], .name = row[1]});
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(csv::ReadFile(file, {"slug", "name"}, take));
  return hubs;
}

absl::StatusOr<std::vector<Borough>> LoadBoroughs(const path& file, const std::vector<Hub>& hubs) {
  std::vector<Borough> boroughs;
  const auto take = [&](const csv::Row& row) -> absl::Status {
    NWD_RETURN_IF_ERROR(CheckSlug(row[2]));
    if (Has(boroughs, &Borough::slug, row[2])) return Wrong(row[2], "is there twice");
    if (!boroughs.empty() && boroughs.back().code >= row[0]) return Wrong(row[0], "is out of order: sort by code");
    if (!Has(hubs, &Hub::slug, row[3])) return Wrong(row[3], "is not a hub of hubs.csv");
    Borough borough{.code = row[0], .name = row[1], .slug = row[2], .hub = row[3], .centre = {}};
    if (!absl::SimpleAtod(row[4], &borough.centre.latitude) || !absl::SimpleAtod(row[5], &borough.centre.longitude) ||
        !geo::IsValid(borough.centre)) {
      return Wrong(absl::StrCat(row[4], ",", row[5]), "is not a point");
    }
    boroughs.push_back(std::move(borough));
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(csv::ReadFile(file, {"code", "name", "slug", "hub", "lat", "long"}, take));
  return boroughs;
}

absl::StatusOr<std::vector<PriorityGroup>> LoadPriorityGroups(const path& file) {
  std::vector<PriorityGroup> groups;
  const auto take = [&](const csv::Row& row) -> absl::Status {
    NWD_RETURN_IF_ERROR(CheckSlug(row[0]));
    if (Has(groups, &PriorityGroup::slug, row[0])) return Wrong(row[0], "is there twice");
    // A parent above its children also rules out cycles.
    if (!row[2].empty() && !Has(groups, &PriorityGroup::slug, row[2])) return Wrong(row[2], "is not a group above");
    groups.push_back({.slug = row[0], .name = row[1], .parent = row[2]});
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(csv::ReadFile(file, {"slug", "name", "parent"}, take));
  return groups;
}

absl::StatusOr<LivingWage> LoadLivingWage(const path& file) {
  std::vector<LivingWageRate> rates;
  const auto take = [&](const csv::Row& row) -> absl::Status {
    LivingWageRate rate;
    NWD_ASSIGN_OR_RETURN(rate.announced, ParseDay(row[0]));
    NWD_ASSIGN_OR_RETURN(rate.effective_by, ParseDay(row[1]));
    NWD_ASSIGN_OR_RETURN(rate.pence_an_hour, ParsePence(row[2]));
    if (rate.effective_by < rate.announced) return Wrong(row[1], "is before the announcement");
    if (!rates.empty() &&
        (rates.back().announced >= rate.announced || rates.back().effective_by >= rate.effective_by)) {
      return Wrong(row[0], "is out of order: both dates must follow those of the line above");
    }
    rates.push_back(rate);
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(csv::ReadFile(file, {"announced", "effective_by", "pounds_an_hour"}, take));
  if (rates.empty()) return absl::InvalidArgumentError(absl::StrCat(file.string(), ":1: no rates"));
  return LivingWage(std::move(rates));
}

}  // namespace

absl::StatusOr<Facts> Facts::Load(const path& folder) {
  NWD_ASSIGN_OR_RETURN(std::vector<Hub> hubs, LoadHubs(folder / "hubs.csv"));
  NWD_ASSIGN_OR_RETURN(std::vector<Borough> boroughs, LoadBoroughs(folder / "boroughs.csv", hubs));
  NWD_ASSIGN_OR_RETURN(std::vector<PriorityGroup> groups, LoadPriorityGroups(folder / "priority-groups.csv"));
  NWD_ASSIGN_OR_RETURN(LivingWage living_wage, LoadLivingWage(folder / "london-living-wage.csv"));
  return Facts(std::move(boroughs), std::move(hubs), std::move(groups), std::move(living_wage));
}

}  // namespace nwd::facts
