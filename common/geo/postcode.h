// United Kingdom postcodes as text: their shape, their one written form, their outward half. Whether a postcode exists
// is the gazetteer's matter. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nwd::geo {

// "sw1a1aa " → "SW1A 1AA": capitals, one space before the last three characters, wherever spaces stood. Nothing if it
// has not the shape of a postcode (A9 9AA, A99 9AA, A9A 9AA, AA9 9AA, AA99 9AA, AA9A 9AA; C I K M O V never in the
// inward letters).
std::optional<std::string> NormalisePostcode(std::string_view text);

// "SW1A 1AA" → "SW1A". Takes a normalised postcode.
std::string_view OutcodeOf(std::string_view postcode);

// "se24 " → "SE24": the outward half on its own, as people often give it. Nothing if it has not that shape.
std::optional<std::string> NormaliseOutcode(std::string_view text);

}  // namespace nwd::geo
