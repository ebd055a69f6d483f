#include "common/text/utf8.h"

#include <unicode/utf8.h>

#include <cstdint>
#include <cstring>

namespace nwd::text {
namespace {

constexpr uint64_t kNotAscii = 0x8080808080808080;  // the high bit of each of eight bytes

}  // namespace

bool IsValidUtf8(std::string_view text) {
  const size_t size = text.size();
  size_t i = 0;
  while (i < size) {
    uint64_t eight = kNotAscii;
    if (size - i >= sizeof(eight)) std::memcpy(&eight, text.data() + i, sizeof(eight));
    if ((eight & kNotAscii) == 0) {
      i += sizeof(eight);
      continue;
    }
    UChar32 code_point = 0;
    U8_NEXT(text.data(), i, size, code_point);
    if (code_point < 0) return false;
  }
  return true;
}

std::string_view Truncate(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && U8_IS_TRAIL(static_cast<uint8_t>(text[end]))) --end;
  return text.substr(0, end);
}

}  // namespace nwd::text
