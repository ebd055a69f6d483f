#include "services/directory/search_document.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/geo/distance.h"
#include "common/text/words.h"

namespace nwd::directory {
namespace {

class WordCollector {
 public:
  explicit WordCollector(Lexicon& lexicon) : lexicon_(lexicon) {}
  void Add(std::string_view text, uint8_t weight) {
    text::ForEachWord(text, [&](std::string_view word) { words_.push_back({lexicon_.Intern(word), weight}); });
  }
  // Each word once, with the highest weight it was met with.
  std::vector<Document::Word> Take() {
    std::sort(words_.begin(), words_.end(), [](const Document::Word& a, const Document::Word& b) {
      return a.word != b.word ? a.word < b.word : a.weight > b.weight;
    });
    const auto end = std::unique(words_.begin(), words_.end(),
                                 [](const Document::Word& a, const Document::Word& b) { return a.word == b.word; });
    return {words_.begin(), end};
  }

 private:
  Lexicon& lexicon_;
  std::vector<Document::Word> words_;
};

uint64_t BoroughBits(const v1::Service& service) {
  uint64_t bits = 0;
  auto add = [&](std::string_view code) {
    if (const int bit = BoroughBit(code); bit >= 0) bits |= uint64_t{1} << bit;
  };
  for (const std::string& code : service.boroughs()) add(code);
  if (!service.boroughs().empty()) return bits;
  for (const v1::Place& place : service.places()) add(place.borough());
  return bits;
}

}  // namespace

UnitVector ToUnitVector(const geo::Point& point) {
  const double latitude = point.latitude * geo::kRadiansPerDegree;
  const double longitude = point.longitude * geo::kRadiansPerDegree;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude), std::sin(latitude)};
}

double SquaredChordOfMetres(double metres) {
  const double half = std::sin(metres / geo::kEarthRadiusMetres / 2);
  return 4 * half * half;
}

double MetresOfSquaredChord(double squared_chord) {
  return 2 * geo::kEarthRadiusMetres * std::asin(std::min(1.0, std::sqrt(squared_chord) / 2));
}

int BoroughBit(std::string_view code) {
  if (!code.starts_with(kBoroughCodeHead)) return -1;
  const std::string_view tail = code.substr(kBoroughCodeHead.size());
  if (tail.size() != 2) return -1;
  const int number = (tail[0] - '0') * 10 + (tail[1] - '0');
  return number >= 1 && number <= kBoroughs ? number - 1 : -1;
}

std::string CategoryKey(std::string_view code) { return absl::AsciiStrToLower(AbslView(code)); }

Document MakeDocument(const storage::ServiceRow& row, uint64_t generation, Lexicon& lexicon) {
  const v1::Service& service = row.service();
  Document document;
  const std::optional<ids::Uuid> id = ids::Uuid::Parse(service.service_id());
  const std::optional<ids::Uuid> feed_id = ids::Uuid::Parse(service.feed_id());
  NWD_CHECK(id && feed_id);
  document.id = *id;
  document.feed_id = *feed_id;
  document.provider_external_id = row.provider_external_id();
  document.content_hash = row.content_hash();
  document.revision = row.revision();
  document.generation = generation;
  document.missing = row.missing();
  document.active = service.active();
  document.service = service.SerializeAsString();

  WordCollector words(lexicon);
  words.Add(service.name(), kNameWeight);
  for (const v1::ServiceCategory& category : service.categories()) {
    words.Add(category.name(), kCategoryWeight);
    document.categories.push_back(CategoryKey(category.code()));
  }
  words.Add(service.provider_name(), kProviderWeight);
  words.Add(service.description(), kDescriptionWeight);
  document.words = words.Take();
  std::sort(document.categories.begin(), document.categories.end());
  document.categories.erase(std::unique(document.categories.begin(), document.categories.end()),
                            document.categories.end());

  document.boroughs = BoroughBits(service);
  if (service.has_minimum_age()) document.minimum_age = static_cast<uint8_t>(service.minimum_age());
  if (service.has_maximum_age()) document.maximum_age = static_cast<uint8_t>(service.maximum_age());
  for (const v1::Place& place : service.places()) {
    const geo::Point point{place.latitude(), place.longitude()};
    if (place.has_latitude() && place.has_longitude() && geo::IsValid(point)) document.places.push_back(point);
  }
  return document;
}

}  // namespace nwd::directory
