#include "services/consent/matching.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/base/strings.h"
#include "common/calendar/written_days.h"
#include "common/identifiers/postcode.h"
#include "common/text/latin.h"
#include "common/text/likeness.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

// What each agreement weighs, by its enum's value.
constexpr std::array kNameBits = {-10, -8, 3, 7, 10};
constexpr std::array kBirthBits = {-7, 5, 9, 13};
constexpr std::array kPlaceBits = {-1, 0, 4, 10};
constexpr std::array kIdentifierBits = {-8, 0, 20};
// A million people are about 20 bits; what is kept beside a name and a birthday, or stands in their place, must make up
// the rest but for a few.
constexpr int kPossibleBits = 17;

constexpr double kSameWord = 0.88;  // words this alike are one word, misspelt
constexpr double kLikeWord = 0.84;  // these may be: short forms
constexpr size_t kWordsCompared = 6;

// How many words of the shorter name are found in the longer, each word once.
size_t Paired(const std::vector<std::string>& shorter, const std::vector<std::string>& longer) {
  std::vector<bool> taken(longer.size());
  size_t paired = 0;
  for (const std::string& word : shorter) {
    for (size_t i = 0; i < longer.size(); ++i) {
      if (taken[i] || text::Likeness(word, longer[i]) < kSameWord) continue;
      taken[i] = true;
      ++paired;
      break;
    }
  }
  return paired;
}

std::string Run(const std::vector<std::string>& words) {
  std::string run;
  for (const std::string& word : words) run += word;
  return run;
}

std::vector<std::string> Sorted(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return words;
}

NameAgreement CompareNames(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return NameAgreement::kOther;
  if (Sorted(a) == Sorted(b) || Run(a) == Run(b)) return NameAgreement::kSame;
  const auto& [shorter, longer] = a.size() <= b.size() ? std::tie(a, b) : std::tie(b, a);
  const bool all = Paired(shorter, longer) == shorter.size();
  if (all && (shorter.size() > 1 || longer.size() == 1)) return NameAgreement::kClose;
  const bool given = text::Likeness(a.front(), b.front()) >= kLikeWord;
  const bool surname = text::Likeness(a.back(), b.back()) >= kSameWord;
  if (given && surname) return NameAgreement::kClose;
  if (given || (all && shorter.size() == 1)) return NameAgreement::kGivenOnly;
  return surname ? NameAgreement::kSurnameOnly : NameAgreement::kOther;
}

std::vector<std::string> WithoutVowels(const std::vector<std::string>& words) {
  std::vector<std::string> bare;
  for (const std::string& word : words) bare.push_back(text::WithoutVowels(word));
  return bare;
}

NameAgreement CompareNames(const Comparable& a, const Comparable& b) {
  if (a.without_vowels == b.without_vowels) return CompareNames(a.words, b.words);
  // Of two names that differ in their vowels alone it is not known that they are the same.
  return std::min(CompareNames(WithoutVowels(a.words), WithoutVowels(b.words)), NameAgreement::kClose);
}

std::string Digits(absl::CivilDay day) { return absl::StrFormat("%04d%02d%02d", day.year(), day.month(), day.day()); }

BirthAgreement CompareBirthdays(absl::CivilDay a, absl::CivilDay b) {
  if (a == b) return BirthAgreement::kSame;
  if (a.year() == b.year() && a.month() == b.day() && a.day() == b.month()) return BirthAgreement::kTransposed;
  const std::string digits_a = Digits(a), digits_b = Digits(b);
  const auto [at_a, at_b] = std::mismatch(digits_a.begin(), digits_a.end(), digits_b.begin());
  if (std::equal(at_a + 1, digits_a.end(), at_b + 1)) return BirthAgreement::kNear;
  const bool swapped = at_a + 1 != digits_a.end() && at_a[0] == at_b[1] && at_a[1] == at_b[0];
  return swapped && std::equal(at_a + 2, digits_a.end(), at_b + 2) ? BirthAgreement::kTransposed
                                                                   : BirthAgreement::kOther;
}

PlaceAgreement ComparePlaces(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return PlaceAgreement::kUnknown;
  if (a == b) return PlaceAgreement::kSame;
  return identifiers::Outcode(a) == identifiers::Outcode(b) ? PlaceAgreement::kSameOutcode : PlaceAgreement::kOther;
}

}  // namespace

Comparable Comparable::Of(std::string_view full_name, std::string_view date_of_birth, std::string_view postcode) {
  Comparable described;
  const std::string latin = text::LatinName(full_name);
  described.words = absl::StrSplit(AbslView(latin), ' ', absl::SkipEmpty());
  described.words.resize(std::min(described.words.size(), kWordsCompared));
  described.born = calendar::ParseDay(date_of_birth).value_or(absl::CivilDay());
  described.postcode = std::string(postcode);
  described.without_vowels = text::LeavesOutVowels(full_name);
  return described;
}

Agreement Compare(const Comparable& a, const Comparable& b, IdentifierAgreement identifier) {
  return {CompareNames(a, b), CompareBirthdays(a.born, b.born), ComparePlaces(a.postcode, b.postcode), identifier};
}

bool SameWords(const Comparable& a, const Comparable& b) { return Sorted(a.words) == Sorted(b.words); }

int BitsOf(const Agreement& agreement) {
  return kNameBits[static_cast<size_t>(agreement.name)] + kBirthBits[static_cast<size_t>(agreement.birth)] +
         kPlaceBits[static_cast<size_t>(agreement.place)] + kIdentifierBits[static_cast<size_t>(agreement.identifier)];
}

bool IsPossible(const Agreement& agreement) { return BitsOf(agreement) >= kPossibleBits; }

std::vector<std::string> BlocksOf(const Comparable& described) {
  // Day and month without their order, so that a birthday written the American way is found.
  const int lower = std::min(described.born.day(), described.born.month());
  const int higher = std::max(described.born.day(), described.born.month());
  std::vector<std::string> blocks;
  for (const std::string& word : described.words) {
    const std::string sound = text::SoundOf(word);
    blocks.push_back(Cat("born|", described.born.year(), "|", lower, "|", higher, "|", sound));
    if (!described.postcode.empty()) blocks.push_back(Cat("lives|", described.postcode, "|", sound));
  }
  std::sort(blocks.begin(), blocks.end());
  blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
  blocks.resize(std::min(blocks.size(), kBlocksMax));
  return blocks;
}

}  // namespace nwd::consent
