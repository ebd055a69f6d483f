// How alike two short words are, and what a word sounds like: for names that were misheard, mistyped or spelt otherwise.
// Both take words of plain Latin letters (LatinName) and never allocate more than their result. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace nwd::text {

inline constexpr size_t kLikenessLettersMax = 64;  // letters of a word that are looked at

// Jaro–Winkler likeness, 0 (nothing in common) to 1 (the same): shared letters in about the same place, with more
// weight for a common beginning (W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules", 1990). A
// letter left out, doubled or swapped costs a few hundredths.
double Likeness(std::string_view a, std::string_view b);

// The word without the vowels a, e, i, o, u: "khalid" → "khld".
std::string WithoutVowels(std::string_view word);

// Its consonants by class, as Soundex groups them, at most four: "mohammed", "muhammad" and "mhmd" are all "53"; Kate
// and Cate are alike too. A word without consonants of a class is its own first letter.
std::string SoundOf(std::string_view word);

}  // namespace nwd::text
