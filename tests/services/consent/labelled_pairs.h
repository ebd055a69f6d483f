// Made-up pairs of registrations, each labelled: two descriptions of one person, or of two. The ways in which they differ
// are those that desks report: a surname changed, a birthday's day and month swapped, no postcode, another script, twins,
// families at one address. All names are put together from lists of common ones; nobody is meant. The same seed gives the
// same pairs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nwd/consent/v1/person_service.pb.h"

namespace nwd::consent {

struct LabelledPair {
  v1::PersonDetails first;
  v1::PersonDetails second;
  bool same = false;
  std::string_view kind;      // "changed surname", "twins"
  std::string_view sex;       // "female", "male"
  std::string_view age_band;  // "16-24"
  std::string_view origin;    // of the name: "South Asian"
};

// `each` of every kind and origin.
std::vector<LabelledPair> LabelledPairs(int each, uint64_t seed);

}  // namespace nwd::consent
