#include "common/geo/gazetteer.h"

#include <cstring>
#include <limits>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/macros.h"
#include "common/csv/csv.h"
#include "common/identifiers/postcode.h"

namespace nwd::geo {
namespace {

// The eight bytes or fewer of a normalised postcode as one number.
uint64_t Pack(const std::string& postcode) {
  NWD_CHECK(postcode.size() <= sizeof(uint64_t));
  uint64_t packed = 0;
  std::memcpy(&packed, postcode.data(), postcode.size());
  return packed;
}

absl::StatusOr<Point> ParsePoint(const std::string& lat, const std::string& longitude) {
  Point point;
  if (!absl::SimpleAtod(lat, &point.latitude) || !absl::SimpleAtod(longitude, &point.longitude) || !IsValid(point)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", lat, "\", \"", longitude, "\" is not a point"));
  }
  return point;
}

}  // namespace

uint16_t Gazetteer::BoroughIndex(const std::string& code) {
  const auto [it, is_new] = borough_index_.emplace(code, static_cast<uint16_t>(boroughs_.size()));
  if (is_new) boroughs_.push_back(code);
  return it->second;
}

absl::Status Gazetteer::LoadOutcodes(const std::filesystem::path& path) {
  return csv::ReadFile(path, {"outcode", "lat", "long", "borough"}, [this](const csv::Row& row) -> absl::Status {
    const identifiers::Checked outcode = identifiers::CheckOutcode(row[0]);
    if (!outcode.ok()) return absl::InvalidArgumentError(absl::StrCat("\"", row[0], "\" is not an outcode"));
    NWD_ASSIGN_OR_RETURN(const Point point, ParsePoint(row[1], row[2]));
    if (!outcodes_.try_emplace(outcode.value, Entry{point, BoroughIndex(row[3])}).second) {
      return absl::InvalidArgumentError(absl::StrCat("outcode ", outcode.value, " is there twice"));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<LoadedPostcodes> Gazetteer::LoadPostcodes(const std::filesystem::path& path,
                                                         std::string_view authority_prefix) {
  LoadedPostcodes loaded;
  size_t row_number = 0;
  const auto unusable = [&](const std::string& why) {
    if (loaded.unusable++ == 0) loaded.first_unusable = absl::StrCat(path.string(), ": row ", row_number, ": ", why);
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(csv::ReadFile(path, {"pcds", "oslaua", "lat", "long"}, [&](const csv::Row& row) -> absl::Status {
    ++row_number;
    if (!std::string_view(row[1]).starts_with(authority_prefix)) {
      ++loaded.outside;
      return absl::OkStatus();
    }
    const identifiers::Checked postcode = identifiers::CheckPostcode(row[0]);
    if (!postcode.ok()) return unusable(absl::StrCat("\"", row[0], "\" is not a postcode"));
    const absl::StatusOr<Point> point = ParsePoint(row[2], row[3]);
    if (!point.ok()) return unusable(std::string(point.status().message()));
    if (!borough_index_.contains(row[1]) && boroughs_.size() > std::numeric_limits<uint16_t>::max()) {
      return absl::InvalidArgumentError("too many different authorities");
    }
    postcodes_.insert_or_assign(Pack(postcode.value), Entry{*point, BoroughIndex(row[1])});
    ++loaded.kept;
    return absl::OkStatus();
  }));
  return loaded;
}

std::optional<Place> Gazetteer::Find(std::string_view postcode) const {
  const identifiers::Checked whole = identifiers::CheckPostcode(postcode);
  if (!whole.ok()) {
    const identifiers::Checked outcode = identifiers::CheckOutcode(postcode);
    return outcode.ok() ? FindOutcode(outcode.value) : std::nullopt;
  }
  if (const auto it = postcodes_.find(Pack(whole.value)); it != postcodes_.end()) {
    return Place{it->second.point, boroughs_[it->second.borough], /*exact=*/true};
  }
  return FindOutcode(std::string(identifiers::Outcode(whole.value)));
}

std::optional<Place> Gazetteer::FindOutcode(const std::string& outcode) const {
  const auto it = outcodes_.find(outcode);
  if (it == outcodes_.end()) return std::nullopt;
  return Place{it->second.point, boroughs_[it->second.borough], /*exact=*/false};
}

}  // namespace nwd::geo
