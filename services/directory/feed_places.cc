#include "services/directory/feed_places.h"

#include "common/base/strings.h"
#include "common/geo/distance.h"
#include "common/identifiers/postcode.h"
#include "services/directory/feed_service_entry.h"
#include "services/directory/limits.h"

namespace nwd::directory {
namespace {

using json::Array;
using json::AsObject;
using json::Element;
using json::FindArray;
using json::FindNumber;
using json::FindObject;
using json::FindText;
using json::Object;

// A generous box around the United Kingdom.
constexpr geo::Box kUnitedKingdom = {.south = 49, .west = -9, .north = 61, .east = 3};

std::optional<geo::Point> ReadPoint(Object location, std::string_view path, FeedProblems& problems) {
  const std::optional<double> latitude = FindNumber(location, "latitude", path, problems);
  const std::optional<double> longitude = FindNumber(location, "longitude", path, problems);
  if (latitude.has_value() != longitude.has_value()) {
    problems.Field(json::Join(path, latitude ? "latitude" : "longitude"),
                   Cat("has no ", latitude ? "longitude" : "latitude", " beside it; it was dropped"));
  }
  if (!latitude || !longitude) return std::nullopt;
  if (kUnitedKingdom.Contains({*latitude, *longitude})) return geo::Point{*latitude, *longitude};
  if (kUnitedKingdom.Contains({*longitude, *latitude})) {
    problems.Field(json::Join(path, "latitude"), "is exchanged with longitude; they were turned round");
    return geo::Point{*longitude, *latitude};
  }
  problems.Field(json::Join(path, "latitude"), "and longitude name no point in the United Kingdom; they were dropped");
  return std::nullopt;
}

// The address of the place itself; a postal one only where there is no other.
std::optional<std::pair<Object, std::string>> FindAddress(Object location, std::string_view path,
                                                          FeedProblems& problems) {
  std::optional<std::pair<Object, std::string>> found;
  for (const std::string_view key : {"addresses", "physical_addresses"}) {  // the second is ORUK v1's
    const std::optional<Array> addresses = FindArray(location, key, path, problems);
    if (!addresses) continue;
    size_t index = 0;
    for (const Element element : *addresses) {
      const std::string at = json::Join(path, key, index++);
      const std::optional<Object> address = AsObject(element, at, problems);
      if (!address) continue;
      if (FindText(*address, "address_type", at, problems) != "postal") return {{*address, at}};
      if (!found) found = {*address, at};
    }
  }
  return found;
}

void ReadAddress(Object address, const std::string& path, const Areas& areas, v1::Place& place,
                 FeedProblems& problems) {
  const std::optional<std::string> city = FindText(address, "city", path, problems);
  std::string line;
  auto add = [&](std::string_view key, const std::optional<std::string>& part) {
    if (!part || part->empty()) return;
    line = Cat(line, line.empty() ? "" : ", ", CleanText(*part, kAddressBytesMax, json::Join(path, key), problems));
  };
  for (const std::string_view key : {"address_1", "address_2"}) add(key, FindText(address, key, path, problems));
  add("city", city);
  place.set_address(CleanText(line, kAddressBytesMax, path, problems));
  if (const std::optional<std::string> postcode = FindText(address, "postal_code", path, problems);
      postcode && !postcode->empty()) {
    if (identifiers::Checked normal = identifiers::CheckPostcode(*postcode); normal.ok()) {
      place.set_postcode(std::move(normal.value));
    } else {
      problems.Field(json::Join(path, "postal_code"), "is not a postcode; it was dropped");
    }
  }
  const std::optional<std::string> state = FindText(address, "state_province", path, problems);
  for (const auto& name : {state, city, FindText(address, "region", path, problems)}) {
    if (name && place.borough().empty()) place.set_borough(areas.BoroughNamed(*name));
  }
}

// Fills point and borough from the postcode: an exact borough is believed before the feed's words, a point only where
// the feed has none.
void Locate(const geo::Gazetteer& gazetteer, v1::Place& place) {
  if (place.postcode().empty()) return;
  const std::optional<geo::Place> found = gazetteer.Find(place.postcode());
  if (!found) return;
  if (found->exact || place.borough().empty()) place.set_borough(found->borough);
  if (place.has_latitude()) return;
  place.set_latitude(found->point.latitude);
  place.set_longitude(found->point.longitude);
}

}  // namespace

void ReadFeedPlaces(Object entry, const Areas& areas, const geo::Gazetteer& gazetteer, v1::Service& service,
                    FeedProblems& problems) {
  const std::optional<Array> list = FindArray(entry, "service_at_locations", "", problems);
  if (!list) return;
  size_t index = 0;
  for (const Element element : *list) {
    const std::string at = json::Join("", "service_at_locations", index++);
    const std::optional<Object> link = AsObject(element, at, problems);
    if (!link) continue;
    if (json::IsAbsent(*link, "location")) problems.Field(at, "holds no location; it was dropped");
    const std::optional<Object> location = FindObject(*link, "location", at, problems);
    if (!location) continue;
    const std::string path = json::Join(at, "location");
    if (service.places_size() >= kPlacesMax) {
      problems.Field(
          path, Cat("and what follows is beyond the ", kPlacesMax, " places a service may have; they were dropped"));
      return;
    }
    v1::Place place;
    if (const std::optional<std::string> name = FindText(*location, "name", path, problems)) {
      place.set_name(CleanText(*name, kNameBytesMax, json::Join(path, "name"), problems));
    }
    if (const std::optional<geo::Point> point = ReadPoint(*location, path, problems)) {
      place.set_latitude(point->latitude);
      place.set_longitude(point->longitude);
    }
    if (const auto address = FindAddress(*location, path, problems))
      ReadAddress(address->first, address->second, areas, place, problems);
    Locate(gazetteer, place);
    if (place.ByteSizeLong() > 0) *service.add_places() = std::move(place);
  }
}

}  // namespace nwd::directory
