// Judges a recorded history: is there, for every answer, a moment within its call at which it was true?
//
//   const Verdict verdict = Judge(history);
//   for (const Violation& violation : verdict.violations) …
//
// A permit is illegal where the call began after the answer to a withdrawal, or after somebody had seen the consent
// withdrawn; where it began after the answer to a suspension, or after somebody had seen that, and ended before anybody
// began to resume it; and where no referral's access can have been open during the call. A denial is illegal where all
// was surely given, surely open and surely not suspended throughout. An answer that names a revision is illegal where a
// later one had been answered before the call began, where another says otherwise of the same, and where two calls made
// it. An act whose outcome is not known may have happened at any time from its beginning on, or not at all. Beyond that
// it is not judged whether two answers that are each possible are so together.
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/linearizability/history.h"

namespace nwd::linearizability {

struct Violation {
  size_t operation;  // its place in the history
  std::string why;   // with what else was done to the gates around it
};

struct Verdict {
  std::vector<Violation> violations;
  // Checks and reads to which only one answer was possible: what gives the judgement its weight.
  int64_t only_permit = 0;
  int64_t only_denial = 0;
};

Verdict Judge(const History& history);

// How many reads of a consent must have been counted, and how many can have been.
struct ReadBounds {
  int64_t answered = 0;   // permitted, and known to be
  int64_t attempted = 0;  // those, and those whose outcome is not known
};
std::vector<ReadBounds> ReadsByConsent(const History& history);

}  // namespace nwd::linearizability
