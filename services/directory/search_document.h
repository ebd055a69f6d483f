// A service as search and readers hold it in memory: immutable, except for what the hub itself knows (LiveFacts). Any
// thread reads it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/geo/point.h"
#include "common/ids/uuid.h"
#include "services/directory/hub_facts.h"
#include "services/directory/lexicon.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

// How much a word counts by where it stands; the highest place of a word decides. Ranking looks at nothing but the
// service itself, so that what one service scores never changes because another came or went: a walk over pages relies
// on it.
inline constexpr uint8_t kNameWeight = 8;
inline constexpr uint8_t kCategoryWeight = 4;
inline constexpr uint8_t kProviderWeight = 2;
inline constexpr uint8_t kDescriptionWeight = 1;

// A place on the unit sphere: the straight line between two such points grows with the distance between them and costs
// no trigonometry.
struct UnitVector {
  double x = 0;
  double y = 0;
  double z = 0;
};
UnitVector ToUnitVector(const geo::Point& point);
inline double SquaredChord(const UnitVector& a, const UnitVector& b) {
  const double x = a.x - b.x, y = a.y - b.y, z = a.z - b.z;
  return x * x + y * y + z * z;
}
double SquaredChordOfMetres(double metres);
double MetresOfSquaredChord(double squared_chord);

struct Document {
  struct Word {
    WordId word;
    uint8_t weight;
  };

  ids::Uuid id;
  ids::Uuid feed_id;
  std::string provider_external_id;
  std::string content_hash;
  int64_t revision = 0;
  uint64_t generation = 0;  // of the row it came from
  int missing = 0;
  bool active = false;
  std::string service;  // serialised v1::Service, without hub facts

  std::vector<Word> words;              // each once
  std::vector<std::string> categories;  // codes in lower case, each once
  uint64_t boroughs = 0;  // bit n - 1 is E09 000 0nn: those it serves, or where it says none, those of its places
  uint8_t minimum_age = 0;
  uint8_t maximum_age = 255;
  std::vector<geo::Point> places;

  std::shared_ptr<LiveFacts> live;
};
using DocumentPtr = std::shared_ptr<const Document>;

// The document of a row of the catalogue. Its live facts are null: the catalogue gives it those of its service.
Document MakeDocument(const storage::ServiceRow& row, uint64_t generation, Lexicon& lexicon);

// London's boroughs, the City among them: E09000001 to E09000033.
inline constexpr int kBoroughs = 33;
inline constexpr std::string_view kBoroughCodeHead = "E090000";

// The bit of a borough's ONS code; -1 for what is none.
int BoroughBit(std::string_view code);

// A category's code as it is compared.
std::string CategoryKey(std::string_view code);

}  // namespace nwd::directory
