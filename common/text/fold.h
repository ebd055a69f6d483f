// Folding: two ways of writing one name become the same string. Compatibility forms, case, diacritics, apostrophes,
// dots, hyphens and spacing are evened out; letters that Latin script writes in several ways are spelt one way
// ("Łukasz" → "lukasz", "Straße" → "strasse"). Names in other scripts keep their letters, and vowel signs that are no
// mere accents; one-word names stay one word.
//
//   FoldName("  O’Brien-SMITH,  Zoë ") is "obrien smith zoe"
//
// The result is for comparing and hashing: never show it to a person. It is empty if the text has no letter or digit.
// Invalid UTF-8 bytes are dropped. Thread-safe. Plain ASCII takes well under a microsecond, other text some
// microseconds.
#pragma once

#include <string>
#include <string_view>

namespace nwd::text {

std::string FoldName(std::string_view name);

}  // namespace nwd::text
