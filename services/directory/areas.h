// What a feed says of the area it serves, as ONS codes of boroughs. Codes, addresses that end in a code, and names in
// the spellings seen in the field ("Lambeth", "London Borough of Lambeth", "Kingston upon Thames", "South London
// Partnership", "London").
//
//   areas.Resolve("E09000022")  → {"E09000022"}          areas.Resolve("London")   → all 33
//   areas.Resolve("E06000023")  → kOutside, no boroughs   areas.Resolve("BS1")      → kUnknown
//
// Immutable and thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/facts/facts.h"

namespace nwd::directory {

class Areas {
 public:
  explicit Areas(const facts::Facts& facts);

  enum class Kind {
    kUnknown,  // neither a code nor a name we know
    kOutside,  // an area that holds no part of London
    kKnown,
  };
  struct Found {
    Kind kind = Kind::kUnknown;
    std::vector<std::string> boroughs;  // in order of code
  };
  Found Resolve(std::string_view area) const;
  // The one borough of this name; empty for any other area.
  std::string BoroughNamed(std::string_view name) const;

 private:
  Found ResolveCode(std::string_view code) const;

  std::vector<std::string> all_;
  absl::flat_hash_map<std::string, std::vector<std::string>> by_name_;
};

}  // namespace nwd::directory
