// Whether text is a word of some script at all. Thread-safe.
#pragma once

#include <string_view>

namespace nwd::text {

// At least one code point is a letter, of any script; invalid UTF-8 bytes are none. "Zoë", "李" and "O'Brien 2" have
// one; "12345" and "..." do not.
bool HasLetter(std::string_view text);

}  // namespace nwd::text
