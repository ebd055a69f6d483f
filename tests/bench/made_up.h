// People as a register of London has them, as far as matching can tell: names from some hundreds of given names and some
// hundreds of surnames, birthdays over fifty-five years, postcodes from some tens of thousands. The same number gives the
// same person. Nobody is meant.
#pragma once

#include <cstdint>
#include <string>

#include "nwd/consent/v1/person_service.pb.h"

namespace nwd::bench {

// SplitMix64: turns in, evenly spread numbers out.
uint64_t Spread(uint64_t turn);

consent::v1::PersonDetails MadeUp(uint64_t i);

}  // namespace nwd::bench
