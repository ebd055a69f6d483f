#include "common/text/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/base/check.h"

namespace nwd::text {
namespace {

// What one code point becomes.
enum class Role { kKeep, kSeparate, kDrop };

// Latin letters that carry no removable mark, and how they are spelt without special keys.
struct Spelling {
  UChar32 letter;
  const char* plain;
};
constexpr Spelling kSpellings[] = {
    {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"}, {0x0111, "d"}, {0x0127, "h"},
    {0x0131, "i"},  {0x0142, "l"}, {0x014B, "n"}, {0x0153, "oe"}, {0x0167, "t"}, {0x0259, "e"},
};

const icu::Normalizer2& Decomposer() {
  UErrorCode error = U_ZERO_ERROR;
  static const icu::Normalizer2* const nfkd = icu::Normalizer2::getNFKDInstance(error);
  NWD_CHECK(nfkd != nullptr);
  return *nfkd;
}

const icu::Normalizer2& Composer() {
  UErrorCode error = U_ZERO_ERROR;
  static const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(error);
  NWD_CHECK(nfc != nullptr);
  return *nfc;
}

// A mark that only shades a letter: accents of Latin, Greek and Cyrillic, and the points of Hebrew and Arabic, which
// everyday writing leaves out. In other scripts a mark is part of the spelling.
bool IsAccent(UChar32 code_point) {
  constexpr UChar32 kVoicedSoundMark = 0x3099;  // Japanese: か and が are different letters
  constexpr UChar32 kSemiVoicedSoundMark = 0x309A;
  if (code_point == kVoicedSoundMark || code_point == kSemiVoicedSoundMark) return false;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(code_point, &error);
  return script == USCRIPT_INHERITED || script == USCRIPT_HEBREW || script == USCRIPT_ARABIC;
}

Role RoleOf(UChar32 code_point) {
  if (u_isalnum(code_point)) return Role::kKeep;
  switch (u_charType(code_point)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
      return IsAccent(code_point) ? Role::kDrop : Role::kKeep;
    case U_COMBINING_SPACING_MARK:
      return Role::kKeep;
    case U_DASH_PUNCTUATION:
    case U_SPACE_SEPARATOR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_CONNECTOR_PUNCTUATION:
      return Role::kSeparate;
    default:
      return u_isUWhiteSpace(code_point) || code_point == ',' || code_point == '/' || code_point == ';'
                 ? Role::kSeparate
                 : Role::kDrop;
  }
}

// The roles of ASCII, which RoleOf gives in general.
Role AsciiRole(char c) {
  if (absl::ascii_isalnum(c)) return Role::kKeep;
  return absl::ascii_isspace(c) || c == '-' || c == '_' || c == ',' || c == '/' || c == ';' ? Role::kSeparate
                                                                                            : Role::kDrop;
}

std::string FoldAscii(std::string_view name) {
  std::string folded;
  folded.reserve(name.size());
  bool separated = false;
  for (const char c : name) {
    switch (AsciiRole(c)) {
      case Role::kKeep:
        if (separated && !folded.empty()) folded.push_back(' ');
        separated = false;
        folded.push_back(absl::ascii_tolower(c));
        break;
      case Role::kSeparate:
        separated = true;
        break;
      case Role::kDrop:
        break;
    }
  }
  return folded;
}

void AppendSpelt(UChar32 code_point, icu::UnicodeString& out) {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.letter == code_point) {
      out.append(icu::UnicodeString(spelling.plain, -1, US_INV));
      return;
    }
  }
  out.append(code_point);
}

}  // namespace

std::string FoldName(std::string_view name) {
  if (std::all_of(name.begin(), name.end(), absl::ascii_isascii)) return FoldAscii(name);

  const auto size = static_cast<int32_t>(std::min<size_t>(name.size(), INT32_MAX));
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString decomposed = Decomposer().normalize(icu::UnicodeString::fromUTF8({name.data(), size}), error);
  decomposed = Decomposer().normalize(decomposed.foldCase(), error);
  NWD_CHECK(U_SUCCESS(error));

  constexpr UChar32 kReplacement = 0xFFFD;  // what ICU puts for invalid bytes
  icu::UnicodeString kept;
  bool separated = false;
  for (int32_t i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
    const UChar32 code_point = decomposed.char32At(i);
    const Role role = code_point == kReplacement ? Role::kDrop : RoleOf(code_point);
    if (role == Role::kSeparate) separated = true;
    if (role != Role::kKeep) continue;
    if (separated && !kept.isEmpty()) kept.append(static_cast<UChar32>(' '));
    separated = false;
    AppendSpelt(code_point, kept);
  }

  std::string folded;
  Composer().normalize(kept, error).toUTF8String(folded);
  NWD_CHECK(U_SUCCESS(error));
  return folded;
}

}  // namespace nwd::text
