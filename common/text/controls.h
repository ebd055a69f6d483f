// Characters that are no writing but orders to what shows it: to a terminal, to a line, to the direction of a line.
// Text from people is looked at before it is kept, bytes from anywhere before they are said. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace nwd::text {

// Of valid UTF-8: a control character of C0 (but tab, newline and carriage return, which text has), DEL, or one of C1.
bool HasControl(std::string_view text);

// Of valid UTF-8: tab, newline or carriage return.
bool HasLineBreak(std::string_view text);

// Of valid UTF-8: a bidirectional control, U+202A to U+202E or U+2066 to U+2069, which lets what follows show in another
// order than it is kept in.
bool HasDirection(std::string_view text);

// Of valid UTF-8: nothing that can be seen: white space, and characters without width, only.
bool IsBlank(std::string_view text);

// `bytes` as a line of a terminal can show them: what is no writing is written \x1b, and so is every byte above 7f where
// they are not valid UTF-8. What is longer than `bytes_max` (of the input) ends in "…".
std::string Printable(std::string_view bytes, size_t bytes_max);

}  // namespace nwd::text
