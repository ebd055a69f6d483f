#include "common/text/likeness.h"

#include <algorithm>
#include <array>

namespace nwd::text {
namespace {

constexpr double kPrefixWeight = 0.1;  // Winkler's
constexpr size_t kPrefixMax = 4;
constexpr size_t kSoundsMax = 4;

// 'a' to 'z'; '0' is passed over.
constexpr std::string_view kSounds = "01230120022455012623010202";

char SoundOfLetter(char letter) { return letter >= 'a' && letter <= 'z' ? kSounds[letter - 'a'] : '0'; }

double Jaro(std::string_view a, std::string_view b) {
  const size_t window = std::max<size_t>(std::max(a.size(), b.size()) / 2, 1) - 1;
  std::array<bool, kLikenessLettersMax> in_a{}, in_b{};
  size_t shared = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const size_t first = i > window ? i - window : 0;
    const size_t last = std::min(i + window + 1, b.size());
    for (size_t j = first; j < last; ++j) {
      if (in_b[j] || a[i] != b[j]) continue;
      in_a[i] = in_b[j] = true;
      ++shared;
      break;
    }
  }
  if (shared == 0) return 0;
  size_t out_of_order = 0;
  for (size_t i = 0, j = 0; i < a.size(); ++i) {
    if (!in_a[i]) continue;
    while (!in_b[j]) ++j;
    out_of_order += a[i] != b[j];
    ++j;
  }
  const auto m = static_cast<double>(shared);
  return (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) +
          (m - static_cast<double>(out_of_order / 2)) / m) /
         3;
}

}  // namespace

double Likeness(std::string_view a, std::string_view b) {
  a = a.substr(0, kLikenessLettersMax);
  b = b.substr(0, kLikenessLettersMax);
  if (a == b) return 1;
  if (a.empty() || b.empty()) return 0;
  const double jaro = Jaro(a, b);
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const size_t prefix = std::min<size_t>(differ.first - a.begin(), kPrefixMax);
  return jaro + static_cast<double>(prefix) * kPrefixWeight * (1 - jaro);
}

std::string WithoutVowels(std::string_view word) {
  std::string consonants(word);
  std::erase_if(consonants,
                [](char letter) { return std::string_view("aeiou").find(letter) != std::string_view::npos; });
  return consonants;
}

std::string SoundOf(std::string_view word) {
  std::string sounds;
  for (const char letter : word) {
    const char sound = SoundOfLetter(letter);
    if (sound == '0' || (!sounds.empty() && sounds.back() == sound)) continue;
    sounds.push_back(sound);
    if (sounds.size() == kSoundsMax) break;
  }
  return sounds.empty() ? std::string(word.substr(0, 1)) : sounds;
}

}  // namespace nwd::text
