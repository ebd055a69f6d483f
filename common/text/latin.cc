#include "common/text/latin.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/base/check.h"
#include "common/text/fold.h"

namespace nwd::text {
namespace {

bool IsAscii(std::string_view text) { return std::all_of(text.begin(), text.end(), absl::ascii_isascii); }

const icu::Transliterator& ToLatin() {
  static const icu::Transliterator* const to_latin = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::Transliterator* made =
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, error);
    NWD_CHECK(U_SUCCESS(error) && made != nullptr);
    return made;
  }();
  return *to_latin;
}

}  // namespace

std::string LatinName(std::string_view name) {
  std::string folded = FoldName(name);
  if (IsAscii(folded)) return folded;
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(folded);
  ToLatin().transliterate(text);
  std::string latin;
  text.toUTF8String(latin);
  return FoldName(latin);
}

void PrepareLatin() {
  // A letter each of Arabic, Armenian, Bengali, Cyrillic, Devanagari, Ethiopic, Georgian, Greek, Gujarati, Gurmukhi, Han,
  // Hangul, Hebrew, Kana, Kannada, Malayalam, Tamil, Telugu and Thai.
  for (const char* letter :
       {"م", "ա", "ক", "ж", "क", "አ", "ა", "γ", "ક", "ਕ", "李", "김", "ש", "か", "ಕ", "ക", "க", "క", "ก"}) {
    LatinName(letter);
  }
}

bool LeavesOutVowels(std::string_view name) {
  if (IsAscii(name)) return false;
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8({name.data(), static_cast<int32_t>(name.size())});
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    UErrorCode error = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(text.char32At(i), &error);
    if (script == USCRIPT_ARABIC || script == USCRIPT_HEBREW || script == USCRIPT_SYRIAC) return true;
  }
  return false;
}

}  // namespace nwd::text
