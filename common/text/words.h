// Text cut into the words that search compares: folded as names are (fold.h), possessives and regular English plurals
// taken to the singular, so that "Women's courses" and "woman course" share "course". Ideographs, which stand without
// spaces, are a word each. The same function cuts both what is indexed and what is asked for.
//
//   ForEachWord("CV workshops & interview prep", [&](std::string_view word) { … });   // cv, workshop, interview, prep
//
// Words longer than kMaxWordBytes are cut there. Invalid UTF-8 separates words. Thread-safe. A description of 2 KB
// takes some 20 µs in English, some 150 µs in a script that folding must decompose.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"

namespace nwd::text {

inline constexpr size_t kMaxWordBytes = 64;

// Calls `take` with each word in order, repeats included. The word is valid during the call only.
void ForEachWord(std::string_view text, absl::FunctionRef<void(std::string_view)> take);

std::vector<std::string> Words(std::string_view text);

}  // namespace nwd::text
