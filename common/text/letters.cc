#include "common/text/letters.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace nwd::text {

bool HasLetter(std::string_view text) {
  const auto length = static_cast<int32_t>(text.size());
  int32_t at = 0;
  while (at < length) {
    UChar32 code_point = 0;
    U8_NEXT(text.data(), at, length, code_point);
    if (code_point >= 0 && u_isalpha(code_point)) return true;
  }
  return false;
}

}  // namespace nwd::text
