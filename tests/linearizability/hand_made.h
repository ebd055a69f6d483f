// Histories written by hand, for the tests of the checker: a standing consent and a referral-scoped one, what was done to
// them, and which places in such a history the checker calls wrong.
//
//   EXPECT_THAT(Wrong({kGiven, Done(Act::kWithdraw, 30, 40), Done(Act::kCheck, 41, 50)}), ElementsAre(2));
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/linearizability/checker.h"

namespace nwd::linearizability {

inline constexpr uint32_t kStanding = 0, kScoped = 1;

inline Operation Done(Act act, int64_t began, int64_t ended, Outcome outcome = Outcome::kYes,
                      uint32_t consent = kStanding) {
  Operation operation;
  operation.act = act;
  operation.outcome = outcome;
  operation.consent = consent;
  operation.began_ns = began;
  operation.ended_ns = outcome == Outcome::kUnknown ? kNever : ended;
  if (act == Act::kGive) operation.rank = kGiveRank;
  if (act == Act::kWithdraw || act == Act::kSuspend) operation.rank = kFinalRank;
  return operation;
}

inline Operation Lost(Act act, int64_t began, uint32_t consent = kStanding) {
  return Done(act, began, kNever, Outcome::kUnknown, consent);
}

inline Operation Moved(Act act, int64_t rank, int64_t began, int64_t ended, Outcome outcome = Outcome::kYes,
                       uint32_t referral = 0) {
  Operation operation = Done(act, began, ended, outcome, kScoped);
  operation.rank = rank;
  operation.referral = referral;
  return operation;
}

// An act that was answered with this revision, or asked for it; a look that saw it.
inline Operation At(int64_t revision, Act act, int64_t began, int64_t ended, Outcome outcome = Outcome::kYes,
                    uint32_t consent = kStanding) {
  Operation operation = Done(act, began, ended, outcome, consent);
  operation.rank = revision;
  return operation;
}

// Places in the history of what cannot have been.
inline std::vector<size_t> Wrong(std::vector<Operation> operations) {
  const Verdict verdict = Judge({{true, false}, std::move(operations)});
  std::vector<size_t> wrong;
  for (const Violation& violation : verdict.violations) wrong.push_back(violation.operation);
  return wrong;
}

inline const Operation kGiven = Done(Act::kGive, 10, 20);
inline const Operation kScopedGiven = Done(Act::kGive, 10, 20, Outcome::kYes, kScoped);

}  // namespace nwd::linearizability
