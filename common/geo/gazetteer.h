// From a postcode to its point and borough: exactly where a postcode file was loaded, else by the centre of its
// outcode.
//
//   geo::Gazetteer gazetteer;
//   NWD_RETURN_IF_ERROR(gazetteer.LoadOutcodes("deploy/data/outcodes-london.csv"));
//   NWD_ASSIGN_OR_RETURN(auto loaded, gazetteer.LoadPostcodes("ONSPD.csv"));
//   if (const auto place = gazetteer.Find("se24 0ln")) Use(place->point, place->borough);
//
// Load first, then share: Find is thread-safe once nobody loads. Boroughs are ONS codes ("E09000022").
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/geo/point.h"

namespace nwd::geo {

// Authorities of London: what LoadPostcodes keeps by default.
inline constexpr std::string_view kLondonPrefix = "E09";

struct Place {
  Point point;
  std::string borough;
  bool exact = false;  // false: the centre of the outcode, whose postcodes may lie in other boroughs too
};

struct LoadedPostcodes {
  size_t kept = 0;
  size_t outside = 0;          // of other authorities
  size_t unusable = 0;         // no grid reference, or not a postcode
  std::string first_unusable;  // file, row after the header and why, to look into; empty if none
};

class Gazetteer {
 public:
  // Columns outcode, lat, long, borough. Our own file, so any row that does not fit is an error, naming file and line.
  absl::Status LoadOutcodes(const std::filesystem::path& path);

  // Columns of the ONS Postcode Directory: pcds, oslaua, lat, long (others are passed over). Keeps postcodes of
  // authorities whose code starts with the prefix; rows that do not fit are counted, not fatal, as that file has some
  // (no grid reference: latitude 99.999999). A later row for the same postcode wins. About 40 bytes a postcode. An
  // error leaves what was read so far.
  absl::StatusOr<LoadedPostcodes> LoadPostcodes(const std::filesystem::path& path,
                                                std::string_view authority_prefix = kLondonPrefix);

  // Takes any spelling of a postcode, or a bare outcode. Nothing if it is neither, or unknown.
  std::optional<Place> Find(std::string_view postcode) const;

  size_t postcodes() const { return postcodes_.size(); }
  size_t outcodes() const { return outcodes_.size(); }

 private:
  struct Entry {
    Point point;
    uint16_t borough = 0;  // index in boroughs_
  };

  uint16_t BoroughIndex(const std::string& code);
  std::optional<Place> FindOutcode(const std::string& outcode) const;

  std::vector<std::string> boroughs_;
  std::map<std::string, uint16_t> borough_index_;
  absl::flat_hash_map<uint64_t, Entry> postcodes_;  // by packed postcode
  absl::flat_hash_map<std::string, Entry> outcodes_;
};

}  // namespace nwd::geo
