// Names of any script spelt in plain Latin letters, folded as fold.h does: "Мария" → "maria", "李娜" → "li na", "محمد" →
// "mhmd". One desk writes a name as its bearer does, another as their passport does.
//
// The result is for comparing, never for showing: scripts that write no vowels give none, and two different names can
// come out alike. Empty where the text has no letter or digit. Thread-safe. Plain ASCII takes well under a microsecond,
// other scripts some tens of microseconds.
#pragma once

#include <string>
#include <string_view>

namespace nwd::text {

std::string LatinName(std::string_view name);

// Reads the tables of the scripts that people here write their names in, which the first name of each does otherwise:
// some tenths of a second in all. Blocks; any thread, once, before or while names are spelt.
void PrepareLatin();

// Whether the name has a letter of a script that leaves out most vowels: Arabic, Hebrew, Syriac.
bool LeavesOutVowels(std::string_view name);

}  // namespace nwd::text
