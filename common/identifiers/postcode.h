// UK postcodes by their syntax: "ha97bh" → "HA9 7BH". Whether one exists is the gazetteer's to say. Thread-safe.
#pragma once

#include "common/identifiers/checked.h"

namespace nwd::identifiers {

Checked CheckPostcode(std::string_view text);

// The outward part on its own, as people often give it: "se24 " → "SE24".
Checked CheckOutcode(std::string_view text);

// The outward part of a postcode that CheckPostcode gave: "HA9 7BH" → "HA9". Valid as long as `postcode` is.
std::string_view Outcode(std::string_view postcode);

}  // namespace nwd::identifiers
