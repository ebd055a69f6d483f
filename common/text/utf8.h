// UTF-8 as text arrives from outside. Thread-safe.
#pragma once

#include <string_view>

namespace nwd::text {

// Strict (RFC 3629): no overlong forms, surrogates, values above U+10FFFF or cut-off characters.
bool IsValidUtf8(std::string_view text);

// The longest beginning of `text`, which must be valid UTF-8, that has at most `max_bytes` bytes and does not cut a
// code point.
std::string_view Truncate(std::string_view text, size_t max_bytes);

}  // namespace nwd::text
