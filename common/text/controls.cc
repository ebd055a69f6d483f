#include "common/text/controls.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "absl/strings/str_format.h"
#include "common/text/utf8.h"

namespace nwd::text {
namespace {

constexpr std::string_view kLineBreaks = "\t\n\r";
constexpr unsigned char kDelete = 0x7f;
constexpr unsigned char kAsciiEnd = 0x80;

bool IsAsciiControl(unsigned char byte) { return byte < ' ' || byte == kDelete; }

// The second byte of U+0080 to U+009F, after 0xc2.
bool StartsC1(std::string_view text) {
  return text.size() >= 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) <= 0x9f;
}

// U+202A to U+202E are e2 80 aa to ae, U+2066 to U+2069 are e2 81 a6 to a9.
bool StartsDirection(std::string_view text) {
  if (text.size() < 3 || text[0] != '\xe2') return false;
  const auto last = static_cast<unsigned char>(text[2]);
  return (text[1] == '\x80' && last >= 0xaa && last <= 0xae) || (text[1] == '\x81' && last >= 0xa6 && last <= 0xa9);
}

}  // namespace

bool HasControl(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (IsAsciiControl(text[at])) {
      if (kLineBreaks.find(text[at]) == std::string_view::npos) return true;
    } else if (StartsC1(text.substr(at))) {
      return true;
    }
  }
  return false;
}

bool HasLineBreak(std::string_view text) { return text.find_first_of(kLineBreaks) != std::string_view::npos; }

bool HasDirection(std::string_view text) {
  for (size_t at = text.find('\xe2'); at != std::string_view::npos; at = text.find('\xe2', at + 1)) {
    if (StartsDirection(text.substr(at))) return true;
  }
  return false;
}

bool IsBlank(std::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    UChar32 character = 0;
    U8_NEXT(text.data(), at, size, character);
    const bool unseen = character >= 0 && (u_isUWhiteSpace(character) || u_charType(character) == U_FORMAT_CHAR);
    if (!unseen) return false;
  }
  return true;
}

std::string Printable(std::string_view bytes, size_t bytes_max) {
  const bool is_text = IsValidUtf8(bytes);
  const bool cut = bytes.size() > bytes_max;
  if (cut) bytes = is_text ? Truncate(bytes, bytes_max) : bytes.substr(0, bytes_max);
  std::string shown;
  size_t escape_until = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    const std::string_view rest = bytes.substr(at);
    if (StartsC1(rest)) escape_until = at + 2;
    if (StartsDirection(rest)) escape_until = at + 3;
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (at < escape_until || IsAsciiControl(byte) || (byte >= kAsciiEnd && !is_text)) {
      shown += absl::StrFormat("\\x%02x", byte);
    } else {
      shown += bytes[at];
    }
  }
  return cut ? shown + "…" : shown;
}

}  // namespace nwd::text
