// Age bands: how old a person is, said no more exactly than whoever decides on a referral needs to know. The only list
// of them.
//
//   facts::FindAgeBand("25-49")->youngest == 25;     // null: it names no band
//   facts::AgeBandOf(17).name == "16-18";
//
// Values only; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/base/strings.h"

namespace nwd::facts {

struct AgeBand {
  std::string_view name;  // as the API has it
  int youngest;           // who is in it, in full years; it ends where the next begins
};

inline constexpr AgeBand kAgeBands[] = {{"16-18", 16}, {"19-24", 19}, {"25-49", 25}, {"50+", 50}};

constexpr const AgeBand* FindAgeBand(std::string_view name) {
  for (const AgeBand& band : kAgeBands) {
    if (band.name == name) return &band;
  }
  return nullptr;
}

// Who is younger than all bands is in the first.
constexpr const AgeBand& AgeBandOf(int age) {
  const AgeBand* found = &kAgeBands[0];
  for (const AgeBand& band : kAgeBands) {
    if (age >= band.youngest) found = &band;
  }
  return *found;
}

// "16-18, 19-24, …": for messages.
inline std::string AgeBandNames() {
  std::string names;
  for (const AgeBand& band : kAgeBands) names += Cat(names.empty() ? "" : ", ", band.name);
  return names;
}

}  // namespace nwd::facts
