#include "tests/bench/large_feed.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/ids/uuid.h"
#include "deploy/hub/folder.h"

namespace nwd::bench {
namespace {

using nlohmann::json;

constexpr size_t kServicesPerPage = 500;
constexpr int kGrid = 100;                // services are spread over this many steps in each direction
constexpr double kStepDegrees = 0.00002;  // about two metres

// Where an id of the service's own stands in its text.
std::vector<size_t> OwnIds(const std::string& text, const std::string& provider_id) {
  std::vector<size_t> places;
  for (size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
    const std::string_view word = std::string_view(text).substr(at + 1, ids::Uuid::kTextLength);
    if (ids::Uuid::Parse(word).has_value() && word != provider_id) places.push_back(at + 1);
  }
  return places;
}

void Shift(json& service, int copy) {
  if (!service.contains("service_at_locations")) return;
  for (json& place : service["service_at_locations"]) {
    json& location = place["location"];
    if (!location.contains("latitude") || !location.contains("longitude")) continue;
    location["latitude"] = location["latitude"].get<double>() + kStepDegrees * (copy % kGrid - kGrid / 2);
    location["longitude"] = location["longitude"].get<double>() + kStepDegrees * (copy / kGrid % kGrid - kGrid / 2);
  }
}

// The text of one copy. The first eight digits of its ids say which copy it is.
std::string CopyOf(json service, int copy) {
  Shift(service, copy);
  const std::string provider_id = service["organization"]["id"];
  std::string text = service.dump();
  const std::string mark = absl::StrFormat("%08x", copy);
  for (const size_t at : OwnIds(text, provider_id)) text.replace(at, mark.size(), mark);
  return text;
}

}  // namespace

absl::StatusOr<std::vector<feed::Page>> LargeFeed(int services) {
  NWD_ASSIGN_OR_RETURN(const std::vector<feed::Page> sample, feed::ReadPages(hub::ShareFolder("sample")));
  std::vector<json> originals;
  for (const feed::Page& page : sample) {
    const json parsed = json::parse(page.content);
    for (const json& service : parsed["contents"]) originals.push_back(service);
  }
  std::vector<feed::Page> pages;
  std::string contents;
  for (int i = 0; i < services; ++i) {
    const int copy = i / static_cast<int>(originals.size());
    contents += contents.empty() ? "" : ",";
    contents += CopyOf(originals[i % originals.size()], copy);
    if ((i + 1) % kServicesPerPage == 0 || i + 1 == services) {
      pages.push_back({Cat("page ", pages.size() + 1), Cat("{\"contents\":[", contents, "]}")});
      contents.clear();
    }
  }
  return pages;
}

}  // namespace nwd::bench
