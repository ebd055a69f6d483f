#include "common/text/words.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>

#include "absl/strings/ascii.h"
#include "common/text/fold.h"
#include "common/text/utf8.h"

namespace nwd::text {
namespace {

// A regular plural ending and its singular. The first whose ending fits decides, once; `keep` is how many characters
// must stand before the ending.
struct Plural {
  std::string_view ending;
  std::string_view singular;
  size_t keep;
};
constexpr std::array<Plural, 10> kPlurals = {{
    {"sses", "ss", 1},  // classes
    {"shes", "sh", 1},  // dishes
    {"xes", "x", 1},    // boxes
    {"ies", "y", 2},    // agencies
    {"ches", "ch", 2},  // coaches
    {"ss", "ss", 0},    // access
    {"us", "us", 0},    // campus
    {"is", "is", 0},    // crisis
    {"s", "", 3},       // jobs
    {"s", "s", 0},      // gas
}};

bool IsAsciiPlain(std::string_view word) {
  for (const char c : word) {
    if (!absl::ascii_isascii(c)) return false;
  }
  return true;
}

// Cuts `word` to its singular. Folded text only.
void ToSingular(std::string& word) {
  if (word.empty() || word.back() != 's') return;
  for (const Plural& plural : kPlurals) {
    if (!word.ends_with(plural.ending) || word.size() < plural.ending.size() + plural.keep) continue;
    word.resize(word.size() - plural.ending.size());
    word.append(plural.singular);
    return;
  }
}

constexpr UChar32 kCurlyApostrophe = 0x2019;
constexpr std::string_view kCurlyApostropheText = "\u2019";

bool StandsAlone(UChar32 code_point) { return u_hasBinaryProperty(code_point, UCHAR_IDEOGRAPHIC); }

bool BelongsToWord(UChar32 code_point) {
  return u_isalnum(code_point) || (U_GET_GC_MASK(code_point) & U_GC_M_MASK) != 0;
}

// Takes the possessive off the written word: "women's" → "women", "carers’" → "carers".
std::string_view WithoutPossessive(std::string_view word) {
  for (const std::string_view ending : {std::string_view("'s"), std::string_view("'S"), std::string_view("\u2019s"),
                                        std::string_view("\u2019S"), std::string_view("'"), kCurlyApostropheText}) {
    if (word.ends_with(ending)) return word.substr(0, word.size() - ending.size());
  }
  return word;
}

class Cutter {
 public:
  explicit Cutter(absl::FunctionRef<void(std::string_view)> take) : take_(take) {}

  // `written` is a run of letters, digits, marks and inner apostrophes.
  void Word(std::string_view written) {
    written = WithoutPossessive(written);
    word_.clear();
    if (IsAsciiPlain(written)) {
      for (const char c : written) {
        if (c != '\'') word_.push_back(absl::ascii_tolower(c));
      }
    } else {
      word_ = FoldName(written);
    }
    ToSingular(word_);
    if (word_.size() > kMaxWordBytes) word_.resize(Truncate(word_, kMaxWordBytes).size());
    if (!word_.empty()) take_(word_);
  }

 private:
  absl::FunctionRef<void(std::string_view)> take_;
  std::string word_;
};

}  // namespace

void ForEachWord(std::string_view text, absl::FunctionRef<void(std::string_view)> take) {
  Cutter cutter(take);
  size_t begin = 0;  // of the word under way; it is empty while begin == at
  size_t at = 0;
  const auto end_word = [&](size_t end, size_t next) {
    if (end > begin) cutter.Word(text.substr(begin, end - begin));
    begin = next;
  };
  while (at < text.size()) {
    const size_t here = at;
    const char first = text[at];
    if (absl::ascii_isascii(first)) {
      ++at;
      const bool inside = absl::ascii_isalnum(first) || (first == '\'' && here > begin);
      if (!inside) end_word(here, at);
      continue;
    }
    UChar32 code_point = 0;
    U8_NEXT(text.data(), at, text.size(), code_point);
    if (code_point >= 0 && StandsAlone(code_point)) {
      end_word(here, here);
      end_word(at, at);
    } else if (code_point < 0 || !(BelongsToWord(code_point) || (code_point == kCurlyApostrophe && here > begin))) {
      end_word(here, at);
    }
  }
  end_word(text.size(), text.size());
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  ForEachWord(text, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

}  // namespace nwd::text
